import HITLCore
import HITLTestSupport
import Testing

@Suite struct `The canonical form` {
    @Test func `orders names by UTF-16 code units, as RFC 8785 says`() throws {
        let sent =
            "{\"\u{20AC}\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\u{FB33}\":\"Hebrew Letter Dalet With Dagesh\","
            + "\"1\":\"One\",\"\u{1F600}\":\"Emoji: Grinning Face\",\"\u{80}\":\"Control\",\"\u{F6}\":\"Latin Small Letter O With Diaeresis\"}"
        #expect(
            reading(sent)
                == #"{"\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis","#
                + #""\u20ac":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}"#
        )
    }

    @Test func `keeps the order of arrays and the digits of numbers`() {
        #expect(reading("[3, 1.0, 1.00, 1e0, -0, 0]") == "[3,1.0,1.00,1e0,-0,0]")
    }

    @Test func `is the same whatever order the names were sent in`() {
        var random = SplitMix(seed: 2)
        for _ in 0..<500 {
            let object = random.object()
            let canonical = JSONValue.object(object).canonical
            #expect(JSONValue.object(JSONObject(object.members.shuffled(using: &random))).canonical == canonical)
        }
    }

    @Test func `cannot attack a terminal, whatever is in it`() {
        for scalar in (0..<0x11_0000).compactMap(Unicode.Scalar.init)
        where scalar.value < 0x3000 || scalar.value % 97 == 0 {
            let canonical = JSONValue.string(String(scalar)).canonical
            guard canonical.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                Issue.record("U+\(String(scalar.value, radix: 16)) is written as \(canonical)")
                return
            }
        }
    }

    @Test func `has vectors, which another program made`() throws {
        var count = 0
        for vector in try Neighbourhood.vectors("records.jsonl") {
            guard let sent = vector["json"]?.string else { continue }
            count += 1
            if let canonical = vector["canonical"]?.string { #expect(reading(sent) == canonical) }
            if let refused = vector["refused"]?.string { #expect(reading(sent) == refused) }
        }
        #expect(count >= 12)
    }
}

@Suite struct `A JSON value` {
    @Test func `is another where its bytes are others`() {
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
        #expect(JSONValue.string("\u{E9}") == .string("\u{E9}"))
        #expect(JSONValue.object(.of(["\u{E9}": 1])) != .object(.of(["e\u{301}": 1])))
        #expect(JSONNumber("1.0") != JSONNumber("1.00"))
        #expect(JSONValue.null != false && JSONValue.integer(0) != "0")
        #expect(JSONValue.object(.of(["a": 1, "b": 2])) != .object(.of(["b": 2, "a": 1])))
    }

    @Test func `has members that are found by their bytes`() {
        var object = JSONObject.of(["\u{E9}": 1, "a": 2])
        #expect(object["e\u{301}"] == nil)
        #expect(object["\u{E9}"] == 1)
        object["a"] = nil
        object["b"] = "new"
        object["\u{E9}"] = 3
        object["absent"] = nil
        #expect(object == .of(["\u{E9}": 3, "b": "new"]))
    }

    @Test func `gives what it is and nothing else`() {
        #expect(JSONValue.string("x").string == "x" && JSONValue.string("x").integer == nil)
        #expect(JSONValue.integer(3).integer == 3 && JSONValue.integer(3).bool == nil)
        #expect(JSONValue.bool(false).bool == false && JSONValue.bool(false).string == nil)
        #expect(JSONValue.array([1]).array == [1] && JSONValue.array([1]).object == nil)
        #expect(JSONValue.members(["a": 1, "b": nil]) == ["a": 1])
        let literal: JSONValue = ["a": [nil, true, 1, "x"]]
        #expect(literal.canonicalText == #"{"a":[null,true,1,"x"]}"#)
    }

    @Test func `that a program put together may have a flaw, which is found before it is recorded`() {
        func nested(_ levels: Int) -> JSONValue {
            (0..<levels).reduce(0) { value, level in level % 2 == 0 ? [value] : ["x": value] }
        }
        #expect(nested(64).flaw == nil)
        #expect(nested(65).flaw == .nesting(limit: 64))
        let twice = JSONValue.object(JSONObject([.init("a", 1), .init("b", 2), .init("a", 3)]))
        #expect(twice.flaw == .repeatedName("a"))
        let alike = JSONValue.object(JSONObject([.init("\u{212B}", 1), .init("\u{C5}", 2)]))
        #expect((["x": [alike]] as JSONValue).flaw == .repeatedName("\u{C5}"))
        // The flaw is exactly what the parser refuses.
        for value in [nested(64), nested(65), twice, alike, ["a": 1]] {
            do throws(JSONError) {
                #expect(try JSONValue(parsing: value.canonical).canonical == value.canonical)
                #expect(value.flaw == nil)
            } catch {
                #expect(value.flaw == error.fault)
            }
        }
    }
}
