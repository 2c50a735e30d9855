package import HITLTerminal

/// Requests as the subject of a sentence.
package enum NumbersText {
    private static let mostNamed = 5

    /// `Request 3`, `Requests 1, 2 and 4`; of many only how many.
    package static func subject(_ numbers: [Int64]) -> DisplayText {
        let names = numbers.map { "\($0)" as DisplayText }
        guard let last = names.last, names.count <= mostNamed else { return "\(numbers.count) requests" }
        guard names.count > 1 else { return "Request \(last)" }
        return "Requests \(names.dropLast().joined(separator: ", ")) and \(last)"
    }
}
