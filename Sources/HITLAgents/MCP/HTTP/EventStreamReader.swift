/// Reads server-sent events (HTML Standard §9.2) from bytes as they come, wherever they are torn.
package struct EventStreamReader: Sendable {
    package struct Event: Sendable, Equatable {
        /// `message` where it has no name.
        package let name: [UInt8]
        package let data: [UInt8]
    }

    package enum Fault: Error, Sendable, Equatable {
        case tooLong(limit: Int)
    }

    /// Where to go on after a break: the id of the last event that was whole.
    package private(set) var lastID: String?
    /// How long to wait before that, in milliseconds.
    package private(set) var retry: Int?
    /// Whether an event has begun and is not whole.
    package var isWithinEvent: Bool { !line.isEmpty || !data.isEmpty || hasData }

    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var name: [UInt8] = []
    private var id: String?
    private var sawCarriageReturn = false
    private var isAtStart = true

    private let longest: Int
    private static let longestID = 1 << 10
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    package init(longest: Int, lastID: String? = nil) {
        self.longest = longest
        self.lastID = lastID
        id = lastID
    }

    package mutating func read(_ bytes: [UInt8]) throws(Fault) -> [Event] {
        var events: [Event] = []
        var start = 0
        while start < bytes.count {
            if sawCarriageReturn {
                sawCarriageReturn = false
                if bytes[start] == 0x0A {
                    start += 1
                    continue
                }
            }
            let end = Self.lineEnd(bytes, from: start)
            guard line.count + (end - start) + data.count <= longest else { throw .tooLong(limit: longest) }
            line.append(contentsOf: bytes[start..<end])
            guard end < bytes.count else { return events }
            sawCarriageReturn = bytes[end] == 0x0D
            start = end + 1
            if let event = take() { events.append(event) }
        }
        return events
    }

    private static func lineEnd(_ bytes: [UInt8], from start: Int) -> Int {
        bytes.withUnsafeBufferPointer { bytes in
            var place = start
            while place < bytes.count, bytes[place] != 0x0A, bytes[place] != 0x0D { place += 1 }
            return place
        }
    }

    /// A line is whole.
    private mutating func take() -> Event? {
        defer { line.removeAll(keepingCapacity: line.capacity <= 1 << 16) }
        var whole = line[...]
        if isAtStart {
            isAtStart = false
            if whole.starts(with: Self.mark) { whole = whole.dropFirst(3) }
        }
        guard !whole.isEmpty else { return dispatch() }
        let colon = whole.firstIndex(of: UInt8(ascii: ":")) ?? whole.endIndex
        var value = whole[colon...].dropFirst()
        if value.first == 0x20 { value = value.dropFirst() }
        switch String(decoding: whole[..<colon], as: UTF8.self) {
        case "data":
            if hasData { data.append(0x0A) }
            hasData = true
            data.append(contentsOf: value)
        case "event": name = Array(value)
        case "id":
            // It is sent back in a header: with what could not stand there, nobody can come back.
            let isSendable =
                (1...Self.longestID).contains(value.count) && value.allSatisfy { (0x20...0x7E).contains($0) }
            id = isSendable ? String(decoding: value, as: UTF8.self) : nil
        case "retry":
            let isNumber = !value.isEmpty && value.count <= 9 && value.allSatisfy { (0x30...0x39).contains($0) }
            if isNumber { retry = Int(String(decoding: value, as: UTF8.self)) }
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> Event? {
        lastID = id
        defer {
            data = []
            hasData = false
            name = []
        }
        guard !data.isEmpty else { return nil }
        return Event(name: name.isEmpty ? Array("message".utf8) : name, data: data)
    }
}
