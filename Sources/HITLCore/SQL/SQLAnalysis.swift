/// What a text of SQL would do, statement by statement, whoever reads it.
package struct SQLAnalysis: Sendable, Equatable {
    /// As the reading with the worst findings has them.
    package let statements: [SQLStatement]
    package let doubts: [SQLDoubt]
    /// The strictest of each factor, over all readings.
    package let findings: [Finding]
    package let reversibility: Reversibility

    /// Every statement, in every reading, only reads. What has to be asked about is never harmless.
    package var isHarmless: Bool { reversibility == .readOnly && findings.allSatisfy { $0.effect == nil } }

    package static let longest = 1 << 20

    /// - Parameter dialect: the server's, where it is known for certain; nil reads it as each of them would.
    package static func of(_ bytes: [UInt8], dialect: SQLDialect? = nil) -> SQLAnalysis {
        guard bytes.count <= longest else {
            let statement = SQLStatement(kind: .unknown, findings: [])
            return SQLAnalysis(readings: [([statement], [.tooLong])])
        }
        let dialects: [SQLDialect] =
            if let dialect { [dialect] } else {
                bytes.contains(where: SQLDialect.isReadDifferently) ? SQLDialect.allCases : [.postgreSQL, .transactSQL]
            }
        return SQLAnalysis(
            readings: dialects.map { dialect in
                let read = SQLTokenizer(bytes, as: dialect)
                return (SQLClassifier.statements(of: read.tokens), read.doubts)
            })
    }

    package static func of(_ text: String, dialect: SQLDialect? = nil) -> SQLAnalysis {
        of(Array(text.utf8), dialect: dialect)
    }

    private init(readings: [(statements: [SQLStatement], doubts: Set<SQLDoubt>)]) {
        var findings: [Finding] = []
        var doubts: Set<SQLDoubt> = []
        for reading in readings {
            for finding in reading.statements.flatMap(\.findings) { findings.merge(finding) }
            doubts.formUnion(reading.doubts)
        }
        for doubt in SQLDoubt.allCases where doubts.contains(doubt) {
            let isDeception = doubt == .hiddenCharacter || doubt == .foreignWord
            findings.merge(
                Finding(
                    factor: isDeception ? "deception" : "not_analysable", weight: isDeception ? 40 : 25, effect: .ask,
                    words: "in the SQL, \(doubt.words)"))
        }
        self.findings = findings
        self.doubts = SQLDoubt.allCases.filter(doubts.contains)
        let worst = readings.max { left, right in
            Self.rank(left.statements) < Self.rank(right.statements)
        }
        statements = worst?.statements ?? []
        reversibility = readings.flatMap { $0.statements.map(\.reversibility) }.min() ?? .readOnly
    }

    private static func rank(_ statements: [SQLStatement]) -> Int {
        statements.flatMap(\.findings).reduce(0) { sum, finding in
            sum.addingSaturated(finding.weight + (finding.effect == .deny ? 1000 : finding.effect == .ask ? 100 : 0))
        }
    }
}

extension [Finding] {
    /// Adds it, or makes the one of the same factor as strict as both.
    mutating func merge(_ finding: Finding) {
        guard let place = firstIndex(where: { $0.factor.utf8.elementsEqual(finding.factor.utf8) }) else {
            return append(finding)
        }
        self[place] = PathAnalysis.stricter(self[place], finding)
    }
}
