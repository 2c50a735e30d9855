import HITLConfiguration
import HITLCore

/// One reader under random input.
struct Subject: Sendable {
    let name: String
    let pieces: [String]
    /// nil, or what does not hold.
    let check: @Sendable (inout Noise) -> String?
    /// Reads a long text; its steps are counted.
    let grow: (@Sendable ([UInt8]) -> Void)?

    static let all = [shell, words, sql, url, globs, expressions, yaml, printed, claude, codex, zone]

    // MARK: Commands

    private static let shellPieces = [
        "'", "\"", "`", "$(", ")", "${", "}", "((", "))", "<<E\n", "\nE\n", ";", "&&", "||", "|", "&", ">", ">>", "<",
        "<(", "2>&1",
        "\\", "\n", "\r\n", " ", "\t", "#", "!", "*", "?", "[", "]", "{a,b}", "~", "$x", "x=1", "rm -rf /", "ls",
        "git status",
        "sudo ", "env ", "xargs ", "sh -c ", "timeout 5 ", "find . -exec ", "if ", "then ", "fi", "case x in ", "esac",
        "f() { ",
        "echo ", "cd ", "/etc/passwd", "\u{0}", "\u{E9}", "\u{202E}", "$'", "=", "--", "-",
    ]

    private static let surroundings = PathSurroundings(directory: "/w/x", workspace: "/w", home: "/home/a")

    private static let shell = Subject(
        name: "shell", pieces: shellPieces,
        check: { random in
            let line = random.text(of: shellPieces, upTo: 24)
            let analysis = CommandAnalysis.of(line: line, in: surroundings)
            guard analysis.isHarmless else { return nil }
            if !analysis.doubts.isEmpty || analysis.effect != nil { return "harmless, with doubts: \(line)" }
            let more = line + Array("; rm -rf /".utf8)
            // Behind a comment nothing runs.
            if !line.contains(UInt8(ascii: "#")), CommandAnalysis.of(line: more, in: surroundings).isHarmless {
                return "harmless, whatever stands behind it: \(line)"
            }
            return nil
        },
        grow: { _ = CommandAnalysis.of(line: $0, in: surroundings) })

    /// Words that were quoted are read as they were.
    private static let words = Subject(
        name: "words", pieces: [],
        check: { random in
            let words = (0..<random.below(5) + 1).map { _ in
                random.text(of: ["a", " ", "\"", "$x", "`", "\\", "*", "\n", ";", "#", "\u{E9}", "~"], upTo: 5)
                    .filter { $0 != UInt8(ascii: "'") && $0 != 0 }
            }
            // Bytes that are no text, and controls, are doubts of their own.
            guard
                words.allSatisfy({ word in
                    String(validating: word, as: UTF8.self) != nil
                        && word.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A }
                })
            else { return nil }
            let quoted = words.map { [UInt8(ascii: "'")] + $0 + [UInt8(ascii: "'")] }
            let script = ShellScript.parse(Array(quoted.joined(separator: [0x20])))
            guard script.doubts.isEmpty, script.segments.count == 1 else { return "not one command: \(quoted)" }
            return script.segments[0].words.map(\.literal) == words.map(Optional.some) ? nil : "other words: \(quoted)"
        }, grow: nil)

    // MARK: SQL and URLs

    private static let sqlPieces = [
        "select ", "* ", "from t ", "where ", "a=1 ", "or 1=1", "'", "\"", "`", "--", "/*", "*/", "/*!", "#", ";", "(",
        ")", "[", "]",
        "$$", "$a$", "\\", "\n", "\0", "insert into t ", "delete from t ", "drop table t", "update t set ",
        "with x as (", "union ",
        "explain ", "copy t to ", "call f()", "begin", "E'", "U&'", ":", "::", "@", ",", ".", "\u{E9}", "0x", "1e",
    ]

    private static let sql = Subject(
        name: "sql", pieces: sqlPieces,
        check: { random in
            let text = random.text(of: sqlPieces, upTo: 20)
            let analysis = SQLAnalysis.of(text)
            guard analysis.isHarmless else { return nil }
            if analysis.reversibility != .readOnly { return "harmless and not read-only: \(text)" }
            return SQLDialect.allCases.allSatisfy { SQLAnalysis.of(text, dialect: $0).isHarmless }
                ? nil : "harmless to all and not to one: \(text)"
        },
        grow: { _ = SQLAnalysis.of($0) })

    private static let urlPieces = [
        "http://", "https://", "file:", "//", "/", "\\", "@", ":", "?", "#", "%", "%2e", "%00", ".", "..", "[", "]",
        "::1", "127.0.0.1",
        "0x7f.1", "2130706433", "169.254.169.254", "localhost", "xn--", "a", "b.c", "\t", "\n", " ", "\u{3002}",
        "\u{FF0E}", "\u{E9}",
        "\u{2460}", "\u{202E}", "=", "&", ";", "-",
    ]

    private static let url = Subject(
        name: "url", pieces: urlPieces,
        check: { random in
            let text = random.text(of: urlPieces, upTo: 16)
            return URLAnalysis(text).findings == URLAnalysis(text).findings ? nil : "two answers: \(text)"
        },
        grow: { _ = URLAnalysis(Array("http://a/".utf8) + $0).findings })

    // MARK: Patterns

    /// A glob against the plainest reading of it.
    private static let globs = Subject(
        name: "globs", pieces: ["a", "b", "*", "?"],
        check: { random in
            let letters: [UInt8] = Array("ab*?".utf8)
            let glob = (0..<random.below(8)).map { _ in random.one(of: letters) }
            let text = (0..<random.below(10)).map { _ in random.one(of: Array("abc".utf8)) }
            do throws(PatternError) {
                let pattern = try Pattern(glob: String(decoding: glob, as: UTF8.self))
                let said = pattern.matches(String(decoding: text, as: UTF8.self))
                return said == plain(glob[...], text[...]) ? nil : "\(glob) on \(text): \(String(describing: said))"
            } catch {
                return glob.isEmpty ? nil : "\(glob): \(error)"
            }
        },
        grow: { text in
            _ = (try? Pattern(glob: "*a*b*a*b*c"))?.matches(String(decoding: text, as: UTF8.self))
        })

    private static func plain(_ glob: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        guard let first = glob.first else { return text.isEmpty }
        switch first {
        case UInt8(ascii: "*"):
            return plain(glob.dropFirst(), text) || !text.isEmpty && plain(glob, text.dropFirst())
        case UInt8(ascii: "?"): return !text.isEmpty && plain(glob.dropFirst(), text.dropFirst())
        default: return text.first == first && plain(glob.dropFirst(), text.dropFirst())
        }
    }

    private static let expressionPieces = [
        "a", "b", ".", "*", "+", "?", "(", ")", "(?:", "|", "[", "]", "[^a]", "^", "$", "\\b", "\\d", "\\", "{2}",
        "{1,}", "(?i)", "\\x{E9}",
        "[[:alpha:]]", "\\Q", "\\E", "{", "}", "-", "\u{E9}",
    ]

    private static let expressions = Subject(
        name: "expressions", pieces: ["a", "b", "aab", " "],
        check: { random in
            let text = String(decoding: random.text(of: expressionPieces, upTo: 9), as: UTF8.self)
            do throws(PatternError) {
                let pattern = try Pattern(text)
                let subject = String(decoding: random.text(of: ["a", "b", "é", " ", "\n"], upTo: 12), as: UTF8.self)
                return pattern.matches(subject) == nil ? "undecided: \(text)" : nil
            } catch {
                return (0...text.utf8.count).contains(error.offset) ? nil : "\(text) fails at \(error.offset)"
            }
        },
        grow: { text in
            _ = (try? Pattern("(a+)+(b|ab)*c\\z"))?.matches(String(decoding: text, as: UTF8.self))
        })

    // MARK: Files

    private static let yamlPieces = [
        "hitl:", "policy:", "rules:", "- ", "name: x", "when: ", "{ ", " }", "[", "]", ", ", ": ", "\n", "\n  ",
        "\n    ", "'", "\"", "|\n", ">\n",
        "#", "&a", "*a", "!t", "? ", "---\n", "...\n", "%YAML 1.2\n", "\t", "~", "null", "1", "0x1", "\\", "\\u0041",
        "\u{E9}", "\u{FEFF}", "\u{85}",
    ]

    private static let yaml = Subject(
        name: "yaml", pieces: yamlPieces,
        check: { random in
            let text = random.text(of: yamlPieces, upTo: 24)
            do throws(Diagnostics) {
                let reading = Reading(try YAMLDocument(text, file: "x"))
                _ = reading.root.json()
                return nil
            } catch {
                return error.all.isEmpty ? "refused without a word: \(text)" : nil
            }
        },
        grow: { text in
            do throws(Diagnostics) { _ = try YAMLDocument(text, file: "x") } catch { return }
        })

    /// What is printed as YAML is read as the same JSON.
    private static let printed = Subject(
        name: "printed", pieces: [],
        check: { random in
            let value = JSONValue.object(JSONObject([.init("v", random.json(depth: 3))]))
            let text = YAMLText.flow(value)
            do throws(Diagnostics) {
                let reading = Reading(try YAMLDocument(Array(text.utf8), file: "x"))
                return reading.root.json() == value ? nil : "other: \(text)"
            } catch {
                return "\(text): \(error)"
            }
        }, grow: nil)

    private static let imported = Paths(environment: [:], home: "/home/a")

    private static let claude = Subject(
        name: "claude", pieces: shellPieces,
        check: { random in
            let entries = (0..<3).map { _ -> JSONValue in
                let inner = random.text(of: shellPieces + [":*", " *", "**/", "//", "domain:"], upTo: 6)
                let tool = random.one(of: ["Bash", "Read", "Edit", "WebFetch", "mcp__a", "X"])
                return .string("\(tool)(\(String(decoding: inner, as: UTF8.self)))")
            }
            let settings = JSONValue.members([
                "permissions": .members(["allow": .array(entries), "deny": .array(entries)])
            ])
            do throws(ClaudePermissions.Failure) {
                let policy = try ClaudePermissions.read(settings.canonical, file: "/p/.claude/s.json", home: "/home/a")
                return policy.faults(paths: imported).first.map { "\(entries): \($0)" }
            } catch {
                return "\(error)"
            }
        }, grow: nil)

    private static let codexPieces = [
        "prefix_rule(", "pattern", "=", "[", "]", ",", "\"ls\"", "'x'", "\"", "'", "\"\"\"", "\\", ")", "(", "decision",
        "\"allow\"", "match", "\n",
        "  ", "#", "+", "x", "1", "True", "def f():\n", "r'", ";", "{", "}",
    ]

    private static let codex = Subject(
        name: "codex", pieces: codexPieces,
        check: { random in
            CodexRules.read(random.text(of: codexPieces, upTo: 24)).faults(paths: imported).first.map { "\($0)" }
        },
        grow: { _ = CodexRules.read($0) })

    private static let zone = Subject(
        name: "zone", pieces: [],
        check: { random in
            var bytes = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15 + 24)
            bytes +=
                Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15) + [
                    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1,
                ]
            bytes += [0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 14, 16, 0, 0, 0] + Array("\nCET-1CEST,M3.5.0,M10.5.0/3\n".utf8)
            for _ in 0..<random.below(4) { bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next()) }
            do throws(ZoneRules.Flaw) {
                let rules = try ZoneRules(name: "x", tzif: bytes)
                let time = WallTime(milliseconds: Int64(bitPattern: random.next()))
                return abs(rules.secondsEast(at: time)) < 100_000 ? nil : "\(bytes)"
            } catch { return nil }
        }, grow: nil)
}
