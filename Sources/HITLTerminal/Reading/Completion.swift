/// One way to go on with the line at the cursor.
package struct Completion: Sendable {
    /// How many characters (Unicode scalars) before the cursor it takes the place of. The same for all
    /// completions of one answer.
    package let replacing: Int
    package let insertion: String
    package let display: DisplayText
    package let description: DisplayText

    package init(replacing: Int, insertion: String, display: DisplayText, description: DisplayText = .empty) {
        self.replacing = replacing
        self.insertion = insertion
        self.display = display
        self.description = description
    }
}

/// The answer to TAB, from all completions there are.
struct CompletionStep: Equatable {
    /// To delete before the cursor, and to insert.
    var deleting: Int
    var inserting: [Unicode.Scalar]
    /// Whether nothing is left to insert without a choice.
    var lists: Bool

    /// Nil where there is nothing to complete. `typed` is what is before the cursor.
    init?(of completions: [Completion], typed: ArraySlice<Unicode.Scalar>) {
        guard let first = completions.first else { return nil }
        var common = Array(first.insertion.unicodeScalars)
        for completion in completions.dropFirst() {
            let other = completion.insertion.unicodeScalars
            common = zip(common, other).prefix { $0 == $1 }.map(\.0)
        }
        let replaced = Array(typed.suffix(max(0, first.replacing)))
        if completions.count > 1 && common.count <= replaced.count {
            // What is typed is all they have in common, perhaps in another spelling: leave it alone.
            (deleting, inserting, lists) = (0, [], true)
        } else if common.starts(with: replaced) {
            (deleting, inserting, lists) = (0, Array(common.dropFirst(replaced.count)), false)
        } else {
            (deleting, inserting, lists) = (replaced.count, common, false)
        }
    }
}
