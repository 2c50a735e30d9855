import HITLCore
import Testing

@testable import HITLConfiguration

/// A file of another module, in miniature: a name, some numbers, steps with arguments.
private struct Story: Equatable {
    var name: String?
    var count: Int?
    var ratio: Double?
    var loud: Bool?
    var pause: Milliseconds?
    var mood: String?
    var steps: [JSONValue]?

    static func read(_ text: String) throws(Diagnostics) -> Story {
        let reading = Reading(try YAMLDocument(Array(text.utf8), file: "story.yaml"))
        var story = Story()
        if let map = reading.root.map(["name", "count", "ratio", "loud", "pause", "mood", "steps"]) {
            story.name = map.required("name")?.string()
            story.count = map["count"]?.int(in: 1...10)
            story.ratio = map["ratio"]?.number(in: 0...1)
            story.loud = map["loud"]?.bool()
            story.pause = map["pause"]?.duration()
            story.mood = map["mood"]?.choice(["calm", "cross"])
            story.steps = map["steps"]?.list(of: "steps") { $0.json() }
        }
        try reading.finish()
        return story
    }
}

@Suite struct `A typed reader` {
    @Test func `reads what is there`() throws {
        let story = try Story.read(
            """
            name: 'true'
            count: 0xA
            ratio: 1
            loud: false
            pause: 90s
            mood: calm
            steps:
              - {amount: 75000.10, hex: 0x10, on: no, quoted: "1", none: ~, list: [1.0e3, -2]}
            """)
        #expect(story.name == "true")
        #expect(story.count == 10)
        #expect(story.ratio == 1)
        #expect(story.loud == false)
        #expect(story.pause == .seconds(90))
        #expect(story.mood == "calm")
        #expect(
            story.steps?.first?.canonicalText
                == #"{"amount":75000.10,"hex":16,"list":[1.0e3,-2],"none":null,"on":"no","quoted":"1"}"#)
    }

    @Test func `tells everything that is wrong at once, in order`() {
        let said = complaint { () throws(Diagnostics) in
            _ = try Story.read(
                """
                nmae: x
                count: 12
                ratio: .nan
                loud: yes
                pause: soon
                mood: clam
                steps: {a: 1}
                colour: red
                """)
        }
        #expect(
            said == """
                story.yaml:1:1: unknown key `nmae` — did you mean `name`?
                nmae: x
                ^
                story.yaml:1:1: the key `name` is missing
                nmae: x
                ^
                story.yaml:2:8: expected a whole number from 1 to 10, found `12`
                count: 12
                       ^
                story.yaml:3:8: expected a number from 0 to 1, found `.nan`
                ratio: .nan
                       ^
                story.yaml:4:7: expected `true` or `false`, found the text `yes`
                loud: yes
                      ^
                story.yaml:5:8: expected a duration such as `30s`, `5m` or `2h`, found the text `soon`
                pause: soon
                       ^
                story.yaml:6:7: expected `calm` or `cross`, found the text `clam` — did you mean `calm`?
                mood: clam
                      ^
                story.yaml:7:8: expected a list of steps, found a map
                steps: {a: 1}
                       ^
                story.yaml:8:1: unknown key `colour`
                colour: red
                ^
                """)
    }

    @Test(arguments: [
        ("name: 5", "expected text, found `5`"),
        ("name: [a]", "expected text, found a list"),
        ("name:", "expected text, found nothing"),
        ("name: x\ncount: 010", "expected a whole number from 1 to 10, found the text `010`"),
        ("name: x\ncount: 1.0", "expected a whole number from 1 to 10, found `1.0`"),
        ("name: x\ncount: '3'", "expected a whole number from 1 to 10, found the text `3`"),
        (
            "name: x\ncount: 99999999999999999999",
            "expected a whole number from 1 to 10, found `99999999999999999999`"
        ),
        ("name: x\nratio: 99999999999999999999", "expected a number from 0 to 1, found `99999999999999999999`"),
        ("name: x\nratio: -.inf", "expected a number from 0 to 1, found `-.inf`"),
        ("name: x\nloud: 'true'", "expected `true` or `false`, found the text `true`"),
        ("name: x\npause: 0", "expected a duration such as `30s`, `5m` or `2h`, found `0`"),
        ("name: x\npause: 0s", "expected a duration such as `30s`, `5m` or `2h`, found the text `0s`"),
        ("name: x\npause: -5", "expected a duration such as `30s`, `5m` or `2h`, found `-5`"),
        ("name: x\npause: 1.5", "expected a duration such as `30s`, `5m` or `2h`, found `1.5`"),
        ("name: x\npause: .inf", "expected a duration such as `30s`, `5m` or `2h`, found `.inf`"),
        ("name: x\npause: 400d", "`400d` is longer than the longest time, `366d`"),
        ("name: x\npause: 99999999999999999d", "`99999999999999999d` is longer than the longest time, `366d`"),
        ("name: x\npause: 9223372036854775807", "`9223372036854775807` is longer than the longest time, `366d`"),
        ("name: x\npause: 5 m", "expected a duration such as `30s`, `5m` or `2h`, found the text `5 m`"),
        ("name: x\nsteps: [1, .5]", "expected a number as JSON writes it, found `.5`"),
        ("name: x\nsteps: [.inf]", "expected a number as JSON writes it, found `.inf`"),
        ("- name", "expected a map, found a list"),
        ("just text", "expected a map, found the text `just text`"),
        ("", "expected a map, found nothing"),
        (
            "name: x\nmood: \"\\e[31m\\u202E<U+0041>\"",
            "expected `calm` or `cross`, found the text `<U+001B>[31m<U+202E><U+003C>U+0041>`"
        ),
        (
            "name: x\nmood: aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg",
            "expected `calm` or `cross`, found the text `aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff...`"
        ),
    ])
    func `says what it expected and what it found`(text: String, expected: String) {
        do throws(Diagnostics) {
            _ = try Story.read(text)
            Issue.record("\(text) was read")
        } catch {
            #expect(error.all.map(\.fault.description) == [expected])
        }
    }

    @Test(arguments: [
        ("timeot", "timeout"), ("TimeOut", "timeout"), ("require_approval", "requireApproval"),
        ("requireAproval", "requireApproval"), ("dangerous-actions", "dangerousActions"), ("mdoe", "mode"),
        ("xyz", nil), ("", nil), ("o", nil), ("modes", "mode"),
    ])
    func `offers the nearest key and no far one`(typed: String, expected: String?) {
        #expect(
            nearest(to: typed, among: ["timeout", "mode", "requireApproval", "dangerousActions", "enabled"]) == expected
        )
    }

    @Test func `measures distance in insertions, deletions, replacements and swaps`() {
        func distance(_ left: String, _ right: String) -> Int { editDistance(Array(left.utf8), Array(right.utf8)) }
        #expect(distance("", "") == 0)
        #expect(distance("abc", "") == 3)
        #expect(distance("abc", "acb") == 1)
        #expect(distance("kitten", "sitting") == 3)
    }

    @Test func `puts the caret below a word that follows wide characters`() {
        let said = complaint { () throws(Diagnostics) in _ = try Story.read("name: x\nsteps: ['日本', .5] # 😀") }
        #expect(
            said == """
                story.yaml:2:15: expected a number as JSON writes it, found `.5`
                steps: ['日本', .5] # 😀
                                ^
                """)
    }
}
