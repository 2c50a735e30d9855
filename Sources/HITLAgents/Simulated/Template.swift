package import HITLCore

/// Text with placeholders: `archive/${file}`. `$${` is a literal `${`.
package struct Template: Sendable, Equatable {
    enum Part: Sendable, Equatable {
        case text(String)
        case placeholder(String)
    }

    let parts: [Part]

    /// What keeps a text from being a template.
    enum Fault: Error, Equatable {
        case notClosed
        case badName(String)
    }

    init(_ source: String) throws(Fault) {
        var parts: [Part] = []
        var text = ""
        var rest = source.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar == "$", rest.starts(with: "${".unicodeScalars) {
                text += "${"
                rest = rest.dropFirst(2)
            } else if scalar == "$", rest.first == "{" {
                let inside = rest.dropFirst()
                guard let end = inside.firstIndex(of: "}") else { throw .notClosed }
                let name = String(inside[..<end])
                guard Self.isName(name) else { throw .badName(name) }
                if !text.isEmpty { parts.append(.text(text)) }
                text = ""
                parts.append(.placeholder(name))
                rest = inside[inside.index(after: end)...]
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        if !text.isEmpty { parts.append(.text(text)) }
        self.parts = parts
    }

    /// Of text that is no template: `$` is a dollar.
    init(literal text: String) {
        parts = text.isEmpty ? [] : [.text(text)]
    }

    /// Letters, digits and `_`, in one or more words joined by dots.
    private static func isName(_ name: String) -> Bool {
        name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { word in
            !word.isEmpty
                && word.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                        true
                    default: false
                    }
                }
        }
    }

    var placeholders: [String] {
        parts.compactMap { if case .placeholder(let name) = $0 { name } else { nil } }
    }

    func text(_ bindings: Bindings) throws(Unbound) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .placeholder(let name): text += try bindings.value(name).asText
            }
        }
        return text
    }

    /// For talking: what stands for nothing is said so.
    func text(_ bindings: Bindings, absent: String) -> String {
        parts.map { part in
            switch part {
            case .text(let literal): return literal
            case .placeholder(let name):
                do { return try bindings.value(name).asText } catch { return absent }
            }
        }.joined()
    }
}

/// Arguments with placeholders. Values are put into texts, never into the text of JSON, so that
/// no value can become structure.
package indirect enum ArgumentTemplate: Sendable, Equatable {
    case fixed(JSONValue)
    case text(Template)
    case list([ArgumentTemplate])
    case object([Member])

    package struct Member: Sendable, Equatable {
        package let name: String
        package let value: ArgumentTemplate
    }

    func value(_ bindings: Bindings) throws(Unbound) -> JSONValue {
        switch self {
        case .fixed(let value): return value
        case .text(let template): return .string(try template.text(bindings))
        case .list(let elements):
            var values: [JSONValue] = []
            for element in elements { values.append(try element.value(bindings)) }
            return .array(values)
        case .object(let members): return .object(try Self.object(members, bindings))
        }
    }

    static func object(_ members: [Member], _ bindings: Bindings) throws(Unbound) -> JSONObject {
        var values: [JSONObject.Member] = []
        for member in members { values.append(.init(member.name, try member.value.value(bindings))) }
        return JSONObject(values)
    }

    var placeholders: [String] {
        switch self {
        case .fixed: []
        case .text(let template): template.placeholders
        case .list(let elements): elements.flatMap(\.placeholders)
        case .object(let members): members.flatMap(\.value.placeholders)
        }
    }
}

/// What the placeholders stand for; an inner meaning hides an outer one.
struct Bindings: Sendable {
    private var values: [(name: String, value: JSONValue)] = []

    init(_ values: KeyValuePairs<String, JSONValue> = [:]) {
        self.values = values.map { ($0, $1) }
    }

    init(_ object: JSONObject) {
        values = object.members.map { ($0.name, $0.value) }
    }

    func with(_ more: KeyValuePairs<String, JSONValue?>) -> Bindings {
        var bindings = self
        for (name, value) in more {
            guard let value else { continue }
            bindings.values.append((name, value))
        }
        return bindings
    }

    /// `result.output` is the member `output` of what `result` stands for.
    func value(_ name: String) throws(Unbound) -> JSONValue {
        var words = name.split(separator: ".")[...]
        let first = words.removeFirst()
        guard var value = values.last(where: { $0.name.utf8.elementsEqual(first.utf8) })?.value else {
            throw Unbound(name: name)
        }
        for word in words {
            guard let member = value.object?[String(word)] else { throw Unbound(name: name) }
            value = member
        }
        return value
    }
}

/// A placeholder that stands for nothing where it is used.
struct Unbound: Error, Equatable {
    let name: String
}

extension JSONValue {
    /// As text inside text: strings as they are, everything else as JSON writes it.
    fileprivate var asText: String {
        switch self {
        case .string(let text): text
        case .null, .bool, .number, .array, .object: canonicalText
        }
    }
}
