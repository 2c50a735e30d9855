import HITLCore
import Testing

@testable import HITLConfiguration

@Suite struct `A YAML document` {
    @Test(
        arguments: [
            ("no", .text), ("yes", .text), ("on", .text), ("Off", .text), ("y", .text), ("010", .text), ("-007", .text),
            ("12:30:45", .text), ("1_000", .text), ("2026-01-01", .text), ("0b11", .text), ("0x", .text),
            ("0o8", .text),
            (".", .text), ("+", .text), ("1e", .text), ("e1", .text), (".e1", .text), ("1.2.3", .text), ("0xfz", .text),
            ("00.5", .text), ("infinity", .text), ("nan", .text), ("tRue", .text), ("NuLL", .text), ("--1", .text),
            ("true", .bool(true)), ("TRUE", .bool(true)), ("False", .bool(false)), ("null", .null), ("~", .null),
            ("", .null),
            ("0", .integer(0)), ("-12", .integer(-12)), ("+5", .integer(5)), ("0x1F", .integer(31)),
            ("0o17", .integer(15)),
            ("9223372036854775808", .integer(nil)), ("0.85", .float(0.85)), (".5", .float(0.5)), ("1.", .float(1)),
            ("1e3", .float(1000)), ("-.inf", .float(-.infinity)),
        ] as [(String, CoreScalar)])
    func `types plain scalars by the core schema`(text: String, expected: CoreScalar) {
        #expect(CoreScalar(plain: text) == expected)
    }

    @Test func `knows where every key and value is written`() throws {
        let document = try YAMLDocument(
            Array("a: 1\nb:\n  - x\n  - {c: \"ä\", d: [e]}\r\nf: g\n".utf8), file: "t.yaml")
        #expect(
            outline(document.root) == """
                map 1:1
                  a 1:1 = 1 1:4
                  b 2:1 = list 3:3
                    x 3:5
                    map 4:5
                      c 4:6 = 'ä' 4:9
                      d 4:14 = list 4:17
                        e 4:18
                  f 5:1 = g 5:4
                """)
    }

    @Test(arguments: [
        (
            "a: 1\nb: 2\na: 3\n",
            """
            t.yaml:3:1: the key `a` occurs twice; the first is at 1:1
            a: 3
            ^
            """
        ),
        (
            "caf\u{E9}: 1\n\"cafe\\u0301\": 2\n",
            """
            t.yaml:2:1: the key `cafe<U+0301>` occurs twice; the first is at 1:1
            "cafe\\u0301": 2
            ^
            """
        ),
        (
            "a: &x 1\nb: *x\nc: !!str 1\nd: !run [1]\n",
            """
            t.yaml:1:4: anchors are not accepted: `&x`; write the value out
            a: &x 1
               ^
            t.yaml:2:4: aliases are not accepted: `*x`; write the value out
            b: *x
               ^
            t.yaml:3:4: tags are not accepted: `tag:yaml.org,2002:str`
            c: !!str 1
               ^
            t.yaml:4:4: tags are not accepted: `!run`
            d: !run [1]
               ^
            """
        ),
        (
            "a: 1\n---\nb: 2\n",
            """
            t.yaml:2:1: a second document begins here; one file is one document
            ---
            ^
            """
        ),
        (
            "%YAML 1.1\n---\na: 1\n",
            """
            t.yaml:1:1: only the directive `%YAML 1.2` is accepted
            %YAML 1.1
            ^
            """
        ),
        (
            "%TAG ! tag:x,2000:\n---\na: 1\n",
            """
            t.yaml:1:1: only the directive `%YAML 1.2` is accepted
            %TAG ! tag:x,2000:
            ^
            """
        ),
        (
            "a:\n\tb: 1\n",
            """
            t.yaml:2:1: a tab cannot indent YAML; use spaces
            <U+0009>b: 1
            ^
            """
        ),
        (
            "a: [1, 2\nb: 3\n",
            """
            t.yaml:2:2: did not find expected ',' or ']' while parsing a flow sequence that begins at 1:4
            b: 3
             ^
            """
        ),
        (
            "a: b: c\n",
            """
            t.yaml:1:5: mapping values are not allowed in this context
            a: b: c
                ^
            """
        ),
        (
            "日本: \"x\n",
            """
            t.yaml:2:1: found unexpected end of stream while scanning a quoted scalar that begins at 1:5

            ^
            """
        ),
        (
            "日本: 'x' y\n",
            """
            t.yaml:1:9: did not find expected key while parsing a block mapping that begins at 1:1
            日本: 'x' y
                      ^
            """
        ),
        (
            "[1]: x\n? {a: b}\n: y\n",
            """
            t.yaml:1:1: a key must be plain text
            [1]: x
            ^
            t.yaml:2:3: a key must be plain text
            ? {a: b}
              ^
            """
        ),
        (
            "a: 1 # \u{2028}b: 2\n",
            """
            t.yaml:1:8: the character <U+2028> is not accepted as it is; in double quotes it can be written as an escape
            a: 1 # <U+2028>b: 2
                   ^
            """
        ),
        (
            "a: 1 #\u{202E} }\n",
            """
            t.yaml:1:7: the character <U+202E> is not accepted as it is; in double quotes it can be written as an escape
            a: 1 #<U+202E> }
                  ^
            """
        ),
        (
            "a: \"\u{1B}[31m\"\n",
            """
            t.yaml:1:5: the character <U+001B> is not accepted as it is; in double quotes it can be written as an escape
            a: "<U+001B>[31m"
                ^
            """
        ),
        (
            "a: x\u{200B}y\nb: [<U+200B>\n",
            """
            t.yaml:3:1: did not find expected ',' or ']' while parsing a flow sequence that begins at 2:4

            ^
            """
        ),
    ])
    func `says what is wrong, where, and shows the line`(text: String, expected: String) {
        #expect(
            complaint { () throws(Diagnostics) in _ = try YAMLDocument(Array(text.utf8), file: "t.yaml") } == expected)
    }

    @Test func `refuses bytes that are not UTF-8, at their place`() {
        #expect(
            complaint { () throws(Diagnostics) in
                _ = try YAMLDocument(Array("a: 1\nb: x".utf8) + [0xFF, 0x0A], file: "t.yaml")
            } == """
                t.yaml:2:5: the bytes here are not UTF-8
                b: x\u{FFFD}
                    ^
                """)
    }

    @Test func `quotes only the neighbourhood of a mistake in a long line`() {
        let text = "a: [" + String(repeating: "x", count: 500) + "] y " + String(repeating: "z", count: 500) + "\n"
        #expect(
            complaint { () throws(Diagnostics) in _ = try YAMLDocument(Array(text.utf8), file: "t.yaml") } == """
                t.yaml:1:507: did not find expected key while parsing a block mapping that begins at 1:1
                ... \(String(repeating: "x", count: 58))] y \(String(repeating: "z", count: 58)) ...
                \(String(repeating: " ", count: 64))^
                """)
    }

    @Test(arguments: ["[", "{a: ", "- ", "? ", "[{a: ", "- - ? "])
    func `refuses nesting beyond its limit`(opening: String) {
        let text = String(repeating: opening, count: 100_000)
        let said = complaint { () throws(Diagnostics) in _ = try YAMLDocument(Array(text.utf8), file: "t.yaml") }
        #expect(said.hasPrefix("t.yaml:1:"))
        #expect(said.split(separator: "\n")[0].hasSuffix(": nested deeper than 32 levels"))
    }

    @Test func `refuses more bytes and more values than its limits`() {
        let limits = YAMLDocument.Limits(bytes: 20, depth: 4, nodes: 5)
        func said(_ text: String) -> String {
            complaint { () throws(Diagnostics) in _ = try YAMLDocument(Array(text.utf8), file: "t.yaml", limits: limits)
            }
        }
        #expect(said("a: [1, 2]") == "")
        #expect(
            said("a: [1, 2, 3]") == """
                t.yaml:1:11: more than 5 values in one file
                a: [1, 2, 3]
                          ^
                """)
        #expect(said("a: aaaaaaaaaaaaaaaaaaaaaaaaaa") == "t.yaml:1:1: the file is larger than 20 bytes")
    }

    @Test func `does not let a few bytes grow into many values`() {
        let laughs = "a: &a [x,x]\n" + (0..<20).map { "b\($0): &b\($0) [*a,*a]\n" }.joined()
        let said = complaint { () throws(Diagnostics) in _ = try YAMLDocument(Array(laughs.utf8), file: "t.yaml") }
        // Twenty faults are enough, whatever the file goes on to say.
        #expect(said.split(separator: "\n").filter { $0.hasPrefix("t.yaml:") }.count == 20)
    }

    @Test func `may begin with a byte order mark and with the directive of YAML 1.2`() throws {
        let document = try YAMLDocument([0xEF, 0xBB, 0xBF] + Array("a: 1\n".utf8), file: "t.yaml")
        #expect(outline(document.root) == "map 1:1\n  a 1:1 = 1 1:4")
        let other = try YAMLDocument(Array("%YAML 1.2\n---\na: 1\n...\n".utf8), file: "t.yaml")
        #expect(outline(other.root) == "map 3:1\n  a 3:1 = 1 3:4")
    }

    @Test(arguments: ["", "\n", "# only a comment\n", "---\n...\n"])
    func `of nothing is null`(text: String) throws {
        let reading = Reading(try YAMLDocument(Array(text.utf8), file: "t.yaml"))
        #expect(reading.root.isNull)
    }
}

/// The tree as indented lines, each with its place.
private func outline(_ node: Node, indent: String = "") -> String {
    func place(_ position: Node.Position) -> String { "\(position.line):\(position.column)" }
    func head(_ node: Node) -> String {
        switch node.content {
        case .scalar(let text, .quoted): "'\(text)' \(place(node.position))"
        case .scalar(let text, _): "\(text) \(place(node.position))"
        case .list: "list \(place(node.position))"
        case .map: "map \(place(node.position))"
        }
    }
    func body(_ node: Node, _ indent: String) -> [String] {
        switch node.content {
        case .scalar: []
        case .list(let nodes): nodes.flatMap { [indent + head($0)] + body($0, indent + "  ") }
        case .map(let entries):
            entries.flatMap { entry in
                ["\(indent)\(entry.key) \(place(entry.position)) = \(head(entry.value))"]
                    + body(entry.value, indent + "  ")
            }
        }
    }
    return ([head(node)] + body(node, "  ")).joined(separator: "\n")
}
