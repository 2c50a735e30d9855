/// Whether a condition leaves rows out. Only what is plainly always true is called so; all else is a condition.
enum SQLCondition {
    static func isAlwaysTrue(_ tokens: ArraySlice<SQLToken>) -> Bool {
        isAlwaysTrue(tokens, depth: 0)
    }

    private static func isAlwaysTrue(_ given: ArraySlice<SQLToken>, depth: Int) -> Bool {
        guard depth < 16 else { return false }
        let tokens = withoutBrackets(given)
        guard !tokens.isEmpty else { return true }
        let alternatives = parts(tokens, at: "or", orSigns: UInt8(ascii: "|"))
        if alternatives.count > 1 { return alternatives.contains { isAlwaysTrue($0, depth: depth + 1) } }
        let demands = parts(tokens, at: "and", orSigns: UInt8(ascii: "&"))
        if demands.count > 1 { return demands.allSatisfy { isAlwaysTrue($0, depth: depth + 1) } }
        return isConstant(tokens) ? !isFalse(tokens) : isTautology(tokens)
    }

    /// No column takes part: `1=1`, `true`, `'a'<'b'`, `NOT false`. Which value it has is not worked out, except for
    /// the plainest falsehoods.
    private static func isConstant(_ tokens: ArraySlice<SQLToken>) -> Bool {
        tokens.allSatisfy { token in
            switch token {
            case .text, .number, .sign: true
            case .word(let word): constantWords.contains { word.elementsEqual($0.utf8) }
            case .name, .parameter: false
            }
        }
    }

    private static let constantWords = [
        "true", "not", "is", "null", "like", "in", "between", "exists", "select", "false",
    ]

    private static func isFalse(_ tokens: ArraySlice<SQLToken>) -> Bool {
        let values = Array(tokens)
        if values.count == 1 {
            return values[0].isWord("false") || values[0].isWord("null") || values[0] == .number([0x30])
        }
        if values.count == 2, values[0].isWord("not") { return !isFalse(values[1...]) }
        guard values.count == 3, values[1].isSign("="), case .number(let left) = values[0],
            case .number(let right) = values[2]
        else { return false }
        return left != right
    }

    /// `id = id`, `name LIKE '%'`, `id IN (id)`.
    private static func isTautology(_ tokens: ArraySlice<SQLToken>) -> Bool {
        let values = Array(tokens)
        if let like = values.firstIndex(where: { $0.isWord("like") || $0.isWord("ilike") || $0.isWord("glob") }),
            like + 2 == values.count, case .text(let pattern) = values[like + 1],
            !values[..<like].contains(where: { $0.isWord("not") })
        {
            return !pattern.isEmpty && pattern.allSatisfy { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "*") }
        }
        guard let sign = values.firstIndex(where: { isComparison($0) }) else { return false }
        var after = sign + 1
        while after < values.count, isComparison(values[after]) { after += 1 }
        let signs = values[sign..<after]
        guard signs.contains(where: { $0.isSign("=") }), !signs.contains(where: { $0.isSign("!") }) else {
            return false
        }
        let (left, right) = (values[..<sign], values[after...])
        return !left.isEmpty && left.elementsEqual(right)
    }

    private static func isComparison(_ token: SQLToken) -> Bool {
        token.isSign("=") || token.isSign("<") || token.isSign(">") || token.isSign("!")
    }

    private static func withoutBrackets(_ given: ArraySlice<SQLToken>) -> ArraySlice<SQLToken> {
        var tokens = given
        while tokens.count >= 2, tokens.first?.isSign("(") == true, tokens.last?.isSign(")") == true {
            var depth = 0
            var enclosesAll = true
            for (place, token) in zip(tokens.indices, tokens) {
                if token.isSign("(") { depth += 1 }
                if token.isSign(")") { depth -= 1 }
                if depth == 0, place != tokens.endIndex - 1 { enclosesAll = false }
            }
            guard enclosesAll else { return tokens }
            tokens = tokens.dropFirst().dropLast()
            // Brackets that only pile up are unwrapped a few times; more is nobody's condition.
            if given.count - tokens.count > 64 { return tokens }
        }
        return tokens
    }

    /// Parts between a word, or two of a sign, outside brackets.
    private static func parts(_ tokens: ArraySlice<SQLToken>, at word: String, orSigns sign: UInt8) -> [ArraySlice<
        SQLToken
    >] {
        var parts: [ArraySlice<SQLToken>] = []
        var start = tokens.startIndex
        var depth = 0
        // The AND of `BETWEEN a AND b` parts nothing.
        var isBetween = false
        var place = tokens.startIndex
        while place < tokens.endIndex {
            let token = tokens[place]
            if token.isSign("(") { depth += 1 }
            if token.isSign(")") { depth -= 1 }
            if depth == 0, token.isWord("between") { isBetween = true }
            let isPair = token == .sign(sign) && place + 1 < tokens.endIndex && tokens[place + 1] == .sign(sign)
            if depth == 0, token.isWord(word) || isPair {
                if isBetween, token.isWord("and") {
                    isBetween = false
                } else {
                    parts.append(tokens[start..<place])
                    start = place + (isPair ? 2 : 1)
                    if isPair { place += 1 }
                }
            }
            place += 1
        }
        parts.append(tokens[min(start, tokens.endIndex)...])
        return parts
    }
}
