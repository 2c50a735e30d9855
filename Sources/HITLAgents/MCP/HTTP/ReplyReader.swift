/// Reads one HTTP/1.1 reply from bytes as they come, wherever they are torn.
package struct ReplyReader: Sendable {
    package enum Part: Sendable, Equatable {
        case head(ReplyHead)
        case body([UInt8])
        /// Nothing of it follows.
        case end
    }

    private enum Place {
        case head
        case counted(left: Int)
        case untilEnd
        case chunkSize
        case chunk(left: Int)
        case chunkEnd
        case trailer(taken: Int)
        case done
    }

    private var place = Place.head
    /// What is not a whole head or line yet.
    private var pending: [UInt8] = []
    private var interim = 0
    private var staysOpen = false

    private static let longestHead = 64 << 10
    private static let longestLine = 1 << 10
    private static let longestTrailer = 8 << 10
    private static let mostInterim = 8

    package init() {}

    /// Whether the connection can take another request: the reply ended where it said, and nothing came after it.
    package var allowsAnother: Bool {
        if case .done = place { staysOpen } else { false }
    }

    package var isReadingHead: Bool {
        if case .head = place { true } else { false }
    }

    /// Whether anything came at all.
    package var hasBegun: Bool {
        if case .head = place { !pending.isEmpty || interim > 0 } else { true }
    }

    package mutating func read(_ bytes: ArraySlice<UInt8>) throws(ReplyFault) -> [Part] {
        var parts: [Part] = []
        var rest = bytes
        while !rest.isEmpty {
            switch place {
            case .head: try readHead(&rest, &parts)
            case .counted(let left):
                let taken = rest.prefix(left)
                parts.append(.body(Array(taken)))
                rest = rest.dropFirst(taken.count)
                place = .counted(left: left - taken.count)
                if left == taken.count { finish(&parts) }
            case .untilEnd:
                parts.append(.body(Array(rest)))
                rest = []
            case .chunkSize:
                guard let line = try line(&rest) else { break }
                let size = try Self.size(line)
                place = size == 0 ? .trailer(taken: 0) : .chunk(left: size)
            case .chunk(let left):
                let taken = rest.prefix(left)
                parts.append(.body(Array(taken)))
                rest = rest.dropFirst(taken.count)
                place = left == taken.count ? .chunkEnd : .chunk(left: left - taken.count)
            case .chunkEnd:
                guard let line = try line(&rest) else { break }
                guard line.isEmpty else { throw .malformedChunk }
                place = .chunkSize
            case .trailer(let taken):
                guard let line = try line(&rest) else { break }
                guard taken + line.count <= Self.longestTrailer else { throw .malformedChunk }
                place = .trailer(taken: taken + line.count)
                if line.isEmpty { finish(&parts) }
            case .done:
                // A reply that nobody asked for: the connection is not used again.
                staysOpen = false
                rest = []
            }
        }
        return parts
    }

    /// The connection has ended.
    package mutating func end() throws(ReplyFault) -> [Part] {
        switch place {
        case .untilEnd:
            place = .done
            return [.end]
        case .done: return []
        case .head, .counted, .chunkSize, .chunk, .chunkEnd, .trailer: throw .cut
        }
    }

    private mutating func finish(_ parts: inout [Part]) {
        place = .done
        parts.append(.end)
    }

    private mutating func readHead(_ rest: inout ArraySlice<UInt8>, _ parts: inout [Part]) throws(ReplyFault) {
        while let byte = rest.popFirst() {
            pending.append(byte)
            if pending.count <= 5, !"HTTP/".utf8.starts(with: pending) { throw .notHTTP }
            guard pending.count <= Self.longestHead else { throw .headTooLong }
            guard byte == 0x0A, pending.suffix(4).elementsEqual([0x0D, 0x0A, 0x0D, 0x0A]) else { continue }
            let head = try ReplyHead(pending)
            pending = []
            if head.status == 101 { throw .upgrade }
            if head.status < 200 {
                // 1xx comes before the reply itself (RFC 9110 §15.2).
                interim += 1
                guard interim <= Self.mostInterim else { throw .malformedHead }
                continue
            }
            staysOpen = head.staysOpen
            parts.append(.head(head))
            switch head.framing {
            case .none, .length(0): finish(&parts)
            case .length(let count): place = .counted(left: count)
            case .chunked: place = .chunkSize
            case .untilEnd:
                place = .untilEnd
                staysOpen = false
            }
            return
        }
    }

    /// The next line, without its end; nil where it is not whole yet.
    private mutating func line(_ rest: inout ArraySlice<UInt8>) throws(ReplyFault) -> [UInt8]? {
        while let byte = rest.popFirst() {
            guard byte == 0x0A else {
                pending.append(byte)
                guard pending.count <= Self.longestLine else { throw .malformedChunk }
                continue
            }
            guard pending.popLast() == 0x0D, !pending.contains(0x0D) else { throw .malformedChunk }
            defer { pending = [] }
            return pending
        }
        return nil
    }

    /// Hexadecimal digits; what follows a semicolon is passed over.
    private static func size(_ line: [UInt8]) throws(ReplyFault) -> Int {
        let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 && $0 != 0x09 }
        let isHexadecimal = digits.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x46).contains($0) || (0x61...0x66).contains($0)
        }
        guard isHexadecimal, (1...8).contains(digits.count),
            let size = Int(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw .malformedChunk }
        return size
    }
}
