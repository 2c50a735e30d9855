/// What can be wrong with a file, a variable, an option or a value typed at the prompt.
package enum Fault: Sendable, Equatable {
    // The file as YAML.
    /// In libyaml's words.
    case syntax(problem: String, context: String?)
    case tabIndentation
    case invalidUTF8
    case character(UInt32)
    case tooLarge(limit: Int)
    case tooDeep(limit: Int)
    case tooManyNodes(limit: Int)
    case severalDocuments
    case repeatedKey(String, first: Place)
    case keyIsNoText
    case anchor(String)
    case alias(String)
    case tag(String)
    case directive

    // The values.
    case unknownKey(String, nearest: String?)
    case unknownVariable(nearest: String?)
    case missingKey(String)
    /// The wrong type, or the right one with an impossible value.
    case unexpected(expected: String, found: String)
    case unknownChoice(found: String, choices: [String], nearest: String?)
    case unknownZone(found: String, nearest: String?)
    case bareInteger(found: String)
    case timeTooLong(found: String)
    /// The sentence of a reader that knows more than the type.
    case refused(String)

    // What this version cannot do, and who may not say it.
    case notAvailable(String)
    case looser(key: String, value: String, inForce: String)
    case notForUntrusted(key: String)
    case notSettable(key: String)

    // The file as a file.
    case noSuchFile(path: String)
    case unreadable(reason: String)
    case notARegularFile
    case symbolicLink
    case writableByOthers(path: String)
    case foreignOwner(path: String, owner: UInt32)
}

extension Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .syntax(let problem, let context): visible(context.map { "\(problem) \($0)" } ?? problem)
        case .tabIndentation: "a tab cannot indent YAML; use spaces"
        case .invalidUTF8: "the bytes here are not UTF-8"
        case .character(let value): Self.character(value)
        case .tooLarge(let limit): "the file is larger than \(limit) bytes"
        case .tooDeep(let limit): "nested deeper than \(limit) levels"
        case .tooManyNodes(let limit): "more than \(limit) values in one file"
        case .severalDocuments: "a second document begins here; one file is one document"
        case .repeatedKey(let key, let first):
            "the key \(quoted(key)) occurs twice; the first is at \(first.line):\(first.column)"
        case .keyIsNoText: "a key must be plain text"
        case .anchor(let name): "anchors are not accepted: \(quoted("&" + name)); write the value out"
        case .alias(let name): "aliases are not accepted: \(quoted("*" + name)); write the value out"
        case .tag(let name): "tags are not accepted: \(quoted(name))"
        case .directive: "only the directive `%YAML 1.2` is accepted"

        case .unknownKey(let key, let nearest): "unknown key \(quoted(key))" + Self.hint(nearest)
        case .unknownVariable(let nearest): "no variable of this name is read" + Self.hint(nearest)
        case .missingKey(let key): "the key \(quoted(key)) is missing"
        case .unexpected(let expected, let found): "expected \(expected), found \(found)"
        case .unknownChoice(let found, let choices, let nearest):
            "expected \(Self.alternatives(choices)), found \(found)" + Self.hint(nearest)
        case .unknownZone(let found, let nearest):
            "expected `UTC`, an offset such as `+01:00`, or a zone of this system such as `Europe/Berlin`, found \(found)"
                + Self.hint(nearest)
        case .bareInteger(let found):
            "\(quoted(found)) has no unit; write \(quoted(found + "s")) for seconds "
                + "or \(quoted(found + "ms")) for milliseconds"
        case .timeTooLong(let found): "\(quoted(found)) is longer than the longest time, `366d`"
        case .refused(let sentence): sentence

        case .notAvailable(let what): "\(what) is not available in this version"
        case .looser(let key, let value, let inForce):
            "ignored, because it is not trusted to loosen: \(quoted(key)) stays \(quoted(inForce)) "
                + "and does not become \(quoted(value))"
        case .notForUntrusted(let key): "ignored, because it is not trusted to set \(quoted(key))"
        case .notSettable(let key):
            "\(quoted(key)) cannot change while the loop runs; set it in `hitl.yaml` and start again"

        case .noSuchFile(let path): "there is no file \(quoted(path))"
        case .unreadable(let reason): "cannot be read: \(reason)"
        case .notARegularFile: "not a regular file"
        case .symbolicLink: "a symbolic link, which is not followed in a workspace"
        case .writableByOthers(let path):
            "the file can be written by other users, so it cannot say what is allowed; run: chmod go-w \(shellWord(path))"
        case .foreignOwner(let path, let owner):
            "the file belongs to user \(owner), neither to you nor to root, so it cannot say what is allowed; "
                + "look at it, then run: sudo chown \"$(id -u)\" \(shellWord(path))"
        }
    }

    private static func hint(_ nearest: String?) -> String {
        nearest.map { " — did you mean \(quoted($0))?" } ?? ""
    }

    static func alternatives(_ choices: [String]) -> String {
        let words = choices.map(quoted)
        guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }

    private static func character(_ value: UInt32) -> String {
        let name = Unicode.Scalar(value).map(escape) ?? "U+\(value)"
        return "the character \(name) is not accepted as it is; in double quotes it can be written as an escape"
    }
}

/// User input in backticks: visible, and short enough for one line.
package func quoted(_ text: String) -> String {
    let limit = 60
    let scalars = text.unicodeScalars
    guard scalars.count > limit else { return "`\(visible(text))`" }
    return "`\(visible(String(scalars.prefix(limit))))...`"
}

/// `path` as one word of a shell command that a person may copy.
private func shellWord(_ path: String) -> String {
    let plain = path.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "@"):
            true
        default: false
        }
    }
    if plain { return path }
    return "'" + visible(path).split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
