import HITLCore

/// The places of members and elements in the text of a JSON document, for changing one of them and leaving every other
/// byte as it is.
///
/// Only for text that the parser has taken: it is not checked again.
struct JSONText {
    struct Member {
        let name: String
        /// From the name's quotation mark to the value's end.
        let whole: Range<Int>
        let value: Range<Int>
    }

    let bytes: [UInt8]

    /// The whole document's value.
    var root: Range<Int> {
        let start = skipBlanks(0)
        return start..<end(of: start)
    }

    func members(of object: Range<Int>) -> [Member] {
        guard bytes[object.lowerBound] == UInt8(ascii: "{") else { return [] }
        var members: [Member] = []
        var place = skipBlanks(object.lowerBound + 1)
        while bytes[place] != UInt8(ascii: "}") {
            let nameEnd = end(of: place)
            let start = skipBlanks(skipBlanks(nameEnd) + 1)
            let value = start..<end(of: start)
            members.append(Member(name: text(place..<nameEnd), whole: place..<value.upperBound, value: value))
            place = skipBlanks(value.upperBound)
            if bytes[place] == UInt8(ascii: ",") { place = skipBlanks(place + 1) }
        }
        return members
    }

    func elements(of array: Range<Int>) -> [Range<Int>] {
        guard bytes[array.lowerBound] == UInt8(ascii: "[") else { return [] }
        var elements: [Range<Int>] = []
        var place = skipBlanks(array.lowerBound + 1)
        while bytes[place] != UInt8(ascii: "]") {
            let element = place..<end(of: place)
            elements.append(element)
            place = skipBlanks(element.upperBound)
            if bytes[place] == UInt8(ascii: ",") { place = skipBlanks(place + 1) }
        }
        return elements
    }

    func member(_ name: String, of object: Range<Int>) -> Member? {
        members(of: object).first { $0.name.utf8.elementsEqual(name.utf8) }
    }

    /// The string that stands there; empty for what is none.
    func text(_ range: Range<Int>) -> String {
        // The text was parsed before; what is no string has no text.
        (try? JSONValue(parsing: Array(bytes[range])))?.string ?? ""
    }

    // MARK: Changing

    func replacing(_ range: Range<Int>, with text: String) -> [UInt8] {
        Array(bytes[..<range.lowerBound]) + Array(text.utf8) + Array(bytes[range.upperBound...])
    }

    /// With one more element or member at the end of a container, on a line of its own.
    func appending(_ text: String, to container: Range<Int>, after last: Range<Int>?, indent: String) -> [UInt8] {
        let line = "\n" + indent + JSONText.step + text.replacingLineFeeds(with: "\n" + indent + JSONText.step)
        guard let last else {
            return replacing((container.lowerBound + 1)..<(container.upperBound - 1), with: line + "\n" + indent)
        }
        return replacing(last.upperBound..<last.upperBound, with: "," + line)
    }

    /// Without one element or member, its comma, and the line that it stood on.
    func removing(_ range: Range<Int>, from all: [Range<Int>]) -> [UInt8] {
        let next = all.first { $0.lowerBound >= range.upperBound }
        let before = all.last { $0.upperBound <= range.lowerBound }
        switch (before, next) {
        case (let before?, _): return replacing(before.upperBound..<range.upperBound, with: "")
        case (nil, let next?): return replacing(range.lowerBound..<next.lowerBound, with: "")
        case (nil, nil):
            var (start, end) = (range.lowerBound, range.upperBound)
            while start > 0, Self.isBlank(bytes[start - 1]) { start -= 1 }
            while end < bytes.count, Self.isBlank(bytes[end]) { end += 1 }
            return replacing(start..<end, with: "")
        }
    }

    /// What stands before the first thing on the line of `place`, where that is blank.
    func indent(at place: Int) -> String {
        let start = bytes[..<place].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return String(decoding: bytes[start..<place].prefix { $0 == 0x20 || $0 == 0x09 }, as: UTF8.self)
    }

    static let step = "  "

    // MARK: Walking

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    private func skipBlanks(_ place: Int) -> Int {
        var place = place
        while place < bytes.count, Self.isBlank(bytes[place]) { place += 1 }
        return place
    }

    /// The end of the value that begins there.
    private func end(of start: Int) -> Int {
        var depth = 0
        var place = start
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""): place = endOfString(place) - 1
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case let byte where depth == 0 && !Self.isBlank(byte) && byte != UInt8(ascii: ","):
                // A number or a word.
                var end = place
                while end < bytes.count, !Self.isBlank(bytes[end]), !",]}".utf8.contains(bytes[end]) { end += 1 }
                return end
            default: break
            }
            place += 1
            if depth == 0 { return place }
        }
        return place
    }

    private func endOfString(_ start: Int) -> Int {
        var place = start + 1
        while bytes[place] != UInt8(ascii: "\"") { place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1 }
        return place + 1
    }
}

extension String {
    func replacingLineFeeds(with other: String) -> String {
        utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }.joined(separator: other)
    }
}
