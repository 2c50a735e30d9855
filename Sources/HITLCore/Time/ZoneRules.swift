/// The clock of one place: how far it is ahead of UTC, at any time.
///
/// Made from the bytes of a file of the system's zone database (RFC 9636). Nothing is looked up afterwards, so that a
/// policy answers the same as long as it is loaded.
public struct ZoneRules: Sendable, Equatable {
    /// `Europe/Berlin`
    public let name: String
    /// Moments in seconds since 1970 at which the clock changes, ascending, and what it is ahead from then on.
    private let changes: [Change]
    /// Before the first change.
    private let first: Int32
    /// What holds after the last change; nil where that is the last change itself.
    private let rule: ZoneRule?

    private struct Change: Sendable, Equatable {
        let at: Int64
        let secondsEast: Int32
    }

    /// Why bytes are no table of a zone.
    public enum Flaw: Error, Sendable, Equatable {
        case notAZone
        case cutOff
        case tooLarge
        /// More types or times than there can be, a type that is not there, times out of order.
        case contradiction
        /// Its times count leap seconds, which nothing else here does.
        case leapSeconds
        case footer
    }

    public init(name: String, tzif bytes: [UInt8]) throws(Flaw) {
        guard bytes.count <= 1 << 20 else { throw .tooLarge }
        var reader = ZoneReader(bytes)
        let header = try reader.header()
        var block = ZoneReader.Block()
        var rule: ZoneRule?
        if header.version < 2 {
            block = try reader.block(header, timeBytes: 4)
        } else {
            // The first block is for readers of forty years ago.
            try reader.skip(header)
            block = try reader.block(try reader.header(), timeBytes: 8)
            let footer = try reader.footer()
            if !footer.isEmpty {
                guard let read = ZoneRule(footer) else { throw .footer }
                rule = read
            }
        }
        self.name = name
        changes = zip(block.times, block.offsets).map(Change.init)
        first = block.first
        self.rule = rule
    }

    /// What the place's clock is ahead of UTC.
    public func secondsEast(at time: WallTime) -> Int {
        let seconds = time.milliseconds.flooredDivision(by: 1000).quotient
        guard let last = changes.last else { return rule?.secondsEast(at: seconds) ?? Int(first) }
        if seconds >= last.at { return rule?.secondsEast(at: seconds) ?? Int(last.secondsEast) }
        // The first change that is later; what holds is the one before it.
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at <= seconds { low = middle + 1 } else { high = middle }
        }
        return Int(low == 0 ? first : changes[low - 1].secondsEast)
    }

    /// Compared by bytes, as every name is.
    public static func == (left: ZoneRules, right: ZoneRules) -> Bool {
        left.name.utf8.elementsEqual(right.name.utf8) && left.changes == right.changes && left.first == right.first
            && left.rule == right.rule
    }
}

/// Reads the parts of a TZif file (RFC 9636 §3), never beyond its end.
private struct ZoneReader {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    struct Header {
        let version: Int
        let indicators: Int
        let leaps: Int
        let times: Int
        let types: Int
        let letters: Int
    }

    struct Block {
        var times: [Int64] = []
        var offsets: [Int32] = []
        var first: Int32 = 0
    }

    mutating func header() throws(ZoneRules.Flaw) -> Header {
        guard try take(4).elementsEqual("TZif".utf8) else { throw .notAZone }
        let version =
            switch try take(1).first {
            case 0: 1
            case .some(let digit) where digit >= UInt8(ascii: "2"): 2
            default: 0
            }
        guard version > 0 else { throw .notAZone }
        _ = try take(15)
        var counts: [Int] = []
        for _ in 0..<6 { counts.append(Int(try integer(4))) }
        // What a file of a megabyte could hold; the sums below cannot overflow.
        guard counts.allSatisfy({ (0...1 << 20).contains($0) }) else { throw .contradiction }
        return Header(
            version: version, indicators: counts[0] + counts[1], leaps: counts[2], times: counts[3], types: counts[4],
            letters: counts[5])
    }

    /// A block with times of four bytes.
    mutating func skip(_ header: Header) throws(ZoneRules.Flaw) {
        _ = try take(header.times * 5 + header.types * 6 + header.letters + header.leaps * 8 + header.indicators)
    }

    mutating func block(_ header: Header, timeBytes: Int) throws(ZoneRules.Flaw) -> Block {
        guard header.leaps == 0 else { throw .leapSeconds }
        guard header.types > 0 else { throw .contradiction }
        var block = Block()
        for _ in 0..<header.times {
            let time = try integer(timeBytes)
            if let last = block.times.last, time <= last { throw .contradiction }
            block.times.append(time)
        }
        let indices = try take(header.times)
        var types: [Int32] = []
        for _ in 0..<header.types {
            let offset = try integer(4)
            // RFC 9636 §3.2: more than 25 hours west or 26 east is no clock.
            guard (-89_999...93_599).contains(offset) else { throw .contradiction }
            types.append(Int32(offset))
            _ = try take(2)
        }
        _ = try take(header.letters + header.indicators)
        for index in indices {
            guard Int(index) < types.count else { throw .contradiction }
            block.offsets.append(types[Int(index)])
        }
        block.first = types[0]
        return block
    }

    /// The text between the last two line feeds.
    mutating func footer() throws(ZoneRules.Flaw) -> ArraySlice<UInt8> {
        guard try take(1).first == UInt8(ascii: "\n") else { throw .footer }
        guard let end = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) else { throw .cutOff }
        return bytes[place..<end]
    }

    private mutating func take(_ count: Int) throws(ZoneRules.Flaw) -> ArraySlice<UInt8> {
        guard count <= bytes.count - place else { throw .cutOff }
        defer { place += count }
        return bytes[place..<place + count]
    }

    /// Big-endian, with a sign.
    private mutating func integer(_ count: Int) throws(ZoneRules.Flaw) -> Int64 {
        let value = try take(count).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return count == 4 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
    }
}
