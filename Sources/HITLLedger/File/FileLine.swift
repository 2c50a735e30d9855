import HITLPlatform

/// A line of a file ledger, as `docs/formats/ledger.md` §9 has it:
///
///     {"sequence":12,"last":13,"time":1767225600000,"hash":"9f86…","record":{"event":"opened",…}}
///
/// A record that is printable ASCII between braces, which every record of `hitl` is, stands as it is; any other is in
/// Base64 under `bytes`. What this writes is all that this reads, so one entry has one line.
struct FileLine {
    let sequence: Int64

    /// Of the entries that were appended together, the last: they are in the ledger only once it is.
    let last: Int64
    let time: Int64
    let hash: Digest

    /// Where in the line the record stands, and whether in Base64.
    private let content: Range<Int>
    private let isEncoded: Bool

    /// - Parameter last: nil for a line of a sink, which has none.
    static func append(_ entry: Entry, last: Int64?, to bytes: inout [UInt8]) {
        bytes += "{\"sequence\":\(entry.sequence),".utf8
        if let last { bytes += "\"last\":\(last),".utf8 }
        bytes += "\"time\":\(entry.time),\"hash\":\"\(entry.hash.hex)\",".utf8
        if entry.record.withUnsafeBytes(isPlain) {
            bytes += "\"record\":".utf8
            bytes += entry.record
        } else {
            bytes += "\"bytes\":\"".utf8
            bytes += Base64.encode(entry.record).utf8
            bytes.append(UInt8(ascii: "\""))
        }
        bytes += "}\n".utf8
    }

    private static func isPlain(_ record: UnsafeRawBufferPointer) -> Bool {
        record.count >= 2 && record.first == UInt8(ascii: "{") && record.last == UInt8(ascii: "}")
            && record.allSatisfy { (0x20...0x7E).contains($0) }
    }

    /// - Parameter line: without its line feed.
    init?(_ line: UnsafeRawBufferPointer) {
        var cursor = LineCursor(line)
        guard cursor.skip("{\"sequence\":"), let sequence = cursor.integer(), sequence > 0,
            cursor.skip(",\"last\":"), let last = cursor.integer(), last >= sequence,
            cursor.skip(",\"time\":"), let time = cursor.integer(),
            cursor.skip(",\"hash\":\""), let hash = cursor.digest(), cursor.skip("\","),
            line.last == UInt8(ascii: "}")
        else { return nil }
        (self.sequence, self.last, self.time, self.hash) = (sequence, last, time, hash)
        if cursor.skip("\"record\":") {
            content = cursor.place..<(line.count - 1)
            isEncoded = false
            guard !content.isEmpty, FileLine.isPlain(UnsafeRawBufferPointer(rebasing: line[content])) else {
                return nil
            }
        } else if cursor.skip("\"bytes\":\""), line.count - 2 >= cursor.place,
            line[line.count - 2] == UInt8(ascii: "\"")
        {
            content = cursor.place..<(line.count - 2)
            isEncoded = true
            guard let bytes = Base64.decode(String(decoding: line[content], as: UTF8.self)),
                !bytes.withUnsafeBytes(FileLine.isPlain)
            else { return nil }
        } else {
            return nil
        }
    }

    /// - Parameter line: the one it was read from.
    func record(in line: UnsafeRawBufferPointer) -> [UInt8] {
        guard isEncoded else { return Array(line[content]) }
        return Base64.decode(String(decoding: line[content], as: UTF8.self)) ?? []
    }

    /// Without a copy where the record stands as it is.
    func withRecord<Value>(in line: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        guard isEncoded else { return body(UnsafeRawBufferPointer(rebasing: line[content])) }
        return record(in: line).withUnsafeBytes(body)
    }
}

/// The first line of each file of a ledger:
///
///     {"ledger":"hitl","version":1,"identity":"3b5d…","segment":2,"size":4096,"head":"9f86…"}
struct FileHeader: Equatable {
    /// Of the files that are begun now.
    static let latest: Int64 = 1

    /// Of this file. Files that are there stay as they are: an older one is read as what it is, and the first append
    /// of a program that knows a later version begins the next file.
    var version = latest

    let identity: [UInt8]

    /// Counted from 1.
    let segment: Int64

    /// What the entries before it end with.
    let head: Head

    var line: [UInt8] {
        Array(
            """
            {"ledger":"hitl","version":\(version),"identity":"\(identity.hexadecimal)","segment":\(segment),\
            "size":\(head.size),"head":"\(head.hash.hex)"}

            """.utf8)
    }

    enum Parsed {
        case header(FileHeader)
        case newer(version: Int64)
        case other
    }

    static func parse(_ line: UnsafeRawBufferPointer, knowing latest: Int64 = latest) -> Parsed {
        var cursor = LineCursor(line)
        guard cursor.skip("{\"ledger\":\"hitl\",\"version\":"), let version = cursor.integer() else { return .other }
        guard version <= latest else { return .newer(version: version) }
        guard version >= 1, cursor.skip(",\"identity\":\""), let identity = cursor.digest(),
            cursor.skip("\",\"segment\":"),
            let segment = cursor.integer(), segment > 0, cursor.skip(",\"size\":"), let size = cursor.integer(),
            size >= 0,
            cursor.skip(",\"head\":\""), let hash = cursor.digest(), cursor.skip("\"}"), cursor.isAtEnd
        else { return .other }
        return .header(
            FileHeader(
                version: version, identity: identity.bytes, segment: segment, head: Head(size: size, hash: hash)))
    }
}

/// Reads a line from its start.
private struct LineCursor {
    private let line: UnsafeRawBufferPointer
    private(set) var place = 0

    init(_ line: UnsafeRawBufferPointer) {
        self.line = line
    }

    var isAtEnd: Bool { place == line.count }

    mutating func skip(_ text: StaticString) -> Bool {
        guard line.count - place >= text.utf8CodeUnitCount else { return false }
        let matches = text.withUTF8Buffer { expected in
            UnsafeRawBufferPointer(expected).hasBytes(
                of: UnsafeRawBufferPointer(rebasing: line[place..<(place + expected.count)]))
        }
        if matches { place += text.utf8CodeUnitCount }
        return matches
    }

    /// As its formatter writes it: no plus sign, no leading zeros, in range.
    mutating func integer() -> Int64? {
        let start = place
        var end = place
        if end < line.count, line[end] == UInt8(ascii: "-") { end += 1 }
        while end < line.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(line[end]) { end += 1 }
        let text = String(decoding: line[start..<end], as: UTF8.self)
        guard let value = Int64(text), String(value).utf8.elementsEqual(text.utf8) else { return nil }
        place = end
        return value
    }

    mutating func digest() -> Digest? {
        let count = Digest.byteCount * 2
        guard line.count - place >= count,
            let digest = Digest(hex: String(decoding: line[place..<(place + count)], as: UTF8.self))
        else { return nil }
        place += count
        return digest
    }
}

extension [UInt8] {
    fileprivate var hexadecimal: String { Digest(bytes: self)?.hex ?? "" }
}
