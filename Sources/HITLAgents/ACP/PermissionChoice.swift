package import HITLCore

/// What an agent lets a client answer, and which of it this client would.
///
/// Only *once* is ever answered: a standing permission is a grant of this desk, where it ends and can be looked up.
/// Options that cannot be told apart, or whose name says more than their kind, do not count.
package struct PermissionChoice: Sendable, Equatable {
    package struct Option: Sendable, Equatable {
        package let id: String
        package let name: String
    }

    /// Nil where the agent offers no way to allow this once; then nobody is asked.
    package let allow: Option?
    /// Nil where it offers no way to reject this once; then the answer is *cancelled*.
    package let reject: Option?

    package init(_ options: JSONValue?) {
        let all = (options?.array ?? []).compactMap(Entry.init)
        // Equal to Swift or equal in bytes: an agent may compare either way.
        let usable = all.enumerated().filter { place, entry in
            !entry.id.isEmpty && entry.id.utf8.count <= 4096
                && !all.enumerated().contains { $0.offset != place && $0.element.id == entry.id }
        }.map(\.element)
        func first(_ kind: String) -> Option? {
            usable.first { $0.kind.utf8.elementsEqual(kind.utf8) && !$0.saysMoreThanOnce }?.option
        }
        allow = first("allow_once")
        reject = first("reject_once")
    }

    /// The answer that tells the agent no.
    package var refusal: JSONValue { reject.map { Self.selected($0) } ?? Self.cancelled }

    package static func selected(_ option: Option) -> JSONValue {
        ["outcome": ["outcome": "selected", "optionId": .string(option.id)]]
    }

    package static let cancelled: JSONValue = ["outcome": ["outcome": "cancelled"]]

    private struct Entry {
        let id: String
        let name: String
        let kind: String

        init?(_ value: JSONValue) {
            guard let object = value.object, let id = object["optionId"]?.string, let kind = object["kind"]?.string
            else { return nil }
            self.id = id
            self.kind = kind
            name = object["name"]?.string ?? ""
        }

        var option: Option { Option(id: id, name: name) }

        /// `Yes, and do not ask again this session` is no *once*, whatever its kind says.
        var saysMoreThanOnce: Bool {
            let words = ToolName.words(of: name) + ToolName.words(of: id)
            return words.contains { Self.lasting.contains($0) }
        }

        private static let lasting: Set<String> = [
            "always", "forever", "session", "permanent", "permanently", "remember", "again", "future", "bypass", "auto",
            "yolo", "never", "everything",
        ]
    }
}
