import HITLCore

/// A path of Claude Code's `Read(…)` and `Edit(…)`, which follow gitignore, as patterns over whole paths.
///
///     //etc/**   from the root        ~/.ssh/**   from home        /src/**   from the project
///     .env       anywhere below       ./src/*.ts, src/*.ts         from where the agent is
struct PathPattern {
    let patterns: [String]
    /// A path that they match.
    let example: String
    private(set) var note: String?

    enum Obstacle: Error {
        case negation, noProject, notAPattern(String)

        var words: String {
            switch self {
            case .negation: "an exception from another rule has no counterpart: the strictest rule holds"
            case .noProject: "it is relative to a project, and these are no settings of one"
            case .notAPattern(let reason): "it is no pattern over paths: \(reason)"
            }
        }
    }

    init(_ text: String, project: String?, home: String, allows: Bool) throws(Obstacle) {
        guard text.utf8.first != UInt8(ascii: "!") else { throw .negation }
        var body = text.replacingEach("[^", with: "[!")
        let root: String
        if body.hasPrefix("//") {
            (root, body) = ("", String(body.dropFirst(2)))
        } else if body.hasPrefix("~/") {
            (root, body) = ("~", String(body.dropFirst(2)))
        } else if let project = project.flatMap(Self.escaped) {
            root = project
            let isAnchored = body.hasPrefix("/") || body.hasPrefix("./") || body.dropLast().contains("/")
            if body.hasPrefix("./") { body = String(body.dropFirst(2)) }
            if body.hasPrefix("/") { body = String(body.dropFirst()) }
            // Without a slash in it a name is meant at any depth.
            if !isAnchored { body = "**/" + body }
        } else if allows {
            throw .noProject
        } else {
            root = ""
            note = "It is relative to a project, and these are no settings of one: it stops that path everywhere."
            while body.hasPrefix("./") || body.hasPrefix("/") {
                body = String(body.dropFirst(body.hasPrefix("/") ? 1 : 2))
            }
            body = "**/" + body
        }
        if body.hasSuffix("/") { body += "**" }
        guard !body.isEmpty else { throw .notAPattern("it is empty") }
        var patterns = [root + "/" + body]
        // A folder's name stands for all that is in it; to allow, that is not guessed.
        if !allows, !body.hasSuffix("/**"), body != "**" { patterns.append(root + "/" + body + "/**") }
        for pattern in patterns {
            do throws(PatternError) {
                _ = try Pattern(pathGlob: pattern.hasPrefix("~/") ? "/home" + pattern.dropFirst() : pattern)
            } catch { throw .notAPattern("\(error)") }
        }
        self.patterns = patterns
        example = (root == "~" ? home : "") + Self.example(String(patterns[0].dropFirst(root == "~" ? 1 : 0)))
    }

    /// A path as a pattern for itself; nil where it cannot be one.
    static func escaped(_ path: String) -> String? {
        guard path.utf8.first == UInt8(ascii: "/"), path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            return nil
        }
        return path.unicodeScalars.reduce(into: "") { result, scalar in
            if "\\*?[".unicodeScalars.contains(scalar) { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
    }

    private static func example(_ pattern: String) -> String {
        var result = ""
        var rest = pattern.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\\": if let next = rest.popFirst() { result.unicodeScalars.append(next) }
            case "*":
                while rest.first == "*" { rest.removeFirst() }
                result += "x"
            case "?": result += "x"
            case "[":
                // One that the class has; of an excluding one, any other.
                let isExcluding = rest.first == "!"
                if isExcluding { rest.removeFirst() }
                let first = rest.popFirst() ?? "x"
                while let next = rest.popFirst(), next != "]" {}
                result.unicodeScalars.append(isExcluding ? (first == "z" ? "y" : "z") : first)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
