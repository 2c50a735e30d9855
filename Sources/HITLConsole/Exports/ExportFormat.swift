import HITLCore
package import HITLGate

/// A form in which the audit record leaves the ledger: one line for each request and ruled call.
///
/// `docs/formats/exports.md` specifies each of them, and a test compares its examples.
package enum ExportFormat: String, Sendable, CaseIterable {
    case jsonl, csv, ocsf, cef

    /// What stands before the first line.
    package var header: [UInt8] {
        switch self {
        case .csv: Array(CSVRecord.header.utf8)
        case .jsonl, .ocsf, .cef: []
        }
    }

    /// The line of one request, with its end. Nothing in it but what the format says is a line's end ends one.
    ///
    /// - Parameter product: the version of the program that exports.
    package func line(of history: RequestHistory, product: String) -> [UInt8] {
        switch self {
        case .jsonl: history.auditRecord.canonical + [UInt8(ascii: "\n")]
        case .csv: Array(CSVRecord.line(of: history.auditRecord).utf8)
        case .ocsf: OCSFEvent(history, product: product).json.canonical + [UInt8(ascii: "\n")]
        case .cef: Array(CEFEvent(history, product: product).line.utf8)
        }
    }
}

extension JSONValue {
    /// The value at a path of names; nil where there is none, or null.
    func at(_ path: String...) -> JSONValue? {
        var value = self
        for name in path {
            guard let next = value.object?[name] else { return nil }
            value = next
        }
        if case .null = value { return nil }
        return value
    }

    /// A text as it is, anything else as canonical JSON.
    var plainText: String { string ?? canonicalText }
}

extension String {
    /// With every byte that has a replacement replaced. By bytes, because a combining mark after a quote makes the two one
    /// character, which is not the quote.
    func replacingBytes(_ replacements: [UInt8: StaticString]) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count)
        for byte in utf8 {
            if let replacement = replacements[byte] {
                replacement.withUTF8Buffer { bytes.append(contentsOf: $0) }
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
