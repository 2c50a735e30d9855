import Glibc
import Testing

@testable import HITLTerminal

@Suite struct `Every text of the attack corpus` {
    /// Beside the package, where the corpus is kept; a checkout elsewhere does not have it.
    private static let path =
        #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/" + $1 }
        + "/../shared/corpus/policy-cases.jsonl"

    @Test func `is shown without a character that deceives, and can be had back`() throws {
        guard access(Self.path, R_OK) == 0 else {
            print("skipped: there is no \(Self.path), so the corpus of deceptive texts was not shown")
            return
        }
        var cases = 0
        var texts = 0
        for line in try contents(of: Self.path).split(separator: UInt8(ascii: "\n")) {
            guard String(decoding: line, as: UTF8.self).contains("\"expect\":\"sanitise\"") else { continue }
            cases += 1
            for text in JSONStrings(Array(line)).strings {
                texts += 1
                let shown = DisplayText(untrusted: text)
                #expect(shown.text.unicodeScalars.allSatisfy { !isForbidden($0) }, "\(shown.text)")
                #expect(Escape.undo(shown.text).elementsEqual(text.utf8), "\(shown.text)")
                let block = DisplayText.block(untrusted: text).lines.map(\.text)
                #expect(block.joined().unicodeScalars.allSatisfy { !isForbidden($0) })
                #expect(Escape.undo(block.joined(separator: "\n")).elementsEqual(text.utf8))
            }
        }
        #expect(cases > 90 && texts > cases)
    }
}

/// All strings of a line of JSON, keys and values, decoded. A scanner, not a parser: the corpus is well formed.
private struct JSONStrings {
    private(set) var strings: [String] = []

    init(_ bytes: [UInt8]) {
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\"") else {
                index += 1
                continue
            }
            index += 1
            var units: [UInt16] = []
            var raw: [UInt8] = []
            func flush() {
                units += Array(String(decoding: raw, as: UTF8.self).utf16)
                raw = []
            }
            while bytes[index] != UInt8(ascii: "\"") {
                if bytes[index] == UInt8(ascii: "\\") {
                    flush()
                    let escape = bytes[index + 1]
                    index += 2
                    switch escape {
                    case UInt8(ascii: "u"):
                        units.append(UInt16(String(decoding: bytes[index..<(index + 4)], as: UTF8.self), radix: 16)!)
                        index += 4
                    case UInt8(ascii: "n"): units.append(0x0A)
                    case UInt8(ascii: "t"): units.append(0x09)
                    case UInt8(ascii: "r"): units.append(0x0D)
                    case UInt8(ascii: "b"): units.append(0x08)
                    case UInt8(ascii: "f"): units.append(0x0C)
                    default: units.append(UInt16(escape))
                    }
                } else {
                    raw.append(bytes[index])
                    index += 1
                }
            }
            flush()
            strings.append(String(decoding: units, as: UTF16.self))
            index += 1
        }
    }
}
