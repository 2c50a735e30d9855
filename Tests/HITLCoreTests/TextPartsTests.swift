import HITLCore
import Testing

@Suite struct `A text taken apart` {
    @Test func `has what stands between, empty parts too`() {
        #expect("a, b,, c".parts(between: ", ") == ["a", "b,", "c"])
        #expect("__a____b__".parts(between: "__") == ["", "a", "", "b", ""])
        #expect("aaa".parts(between: "aa") == ["", "a"])
        #expect("".parts(between: ", ") == [""])
        #expect("x".parts(between: "longer") == ["x"])
    }

    @Test func `is compared byte by byte`() {
        // The letter with its accent, and the letter and its accent: equal for Swift, not for whoever reads bytes.
        #expect("\u{E9}|e\u{301}".replacingEach("\u{E9}", with: "x") == "x|e\u{301}")
        #expect("a…b".parts(between: "…") == ["a", "b"])
    }

    @Test func `is put together with something else between`() {
        #expect("a.b.c".replacingEach(".", with: "\\.") == "a\\.b\\.c")
        #expect("none".replacingEach("*", with: "x") == "none")
    }
}
