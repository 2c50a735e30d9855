/// Names that were listed, kept apart by where each list is written: a workspace adds to the operator's list,
/// and a rule tells which of the two it is.
package struct NameList: Sendable, Equatable {
    package let parts: [Sourced<[String]>]

    package init(_ parts: [Sourced<[String]>] = []) {
        self.parts = parts
    }

    package var names: [String] { parts.flatMap(\.value) }

    /// This list, and the names of `other` that it does not have.
    func adding(_ other: NameList) -> NameList {
        let known = names
        let new = other.parts.map { part in
            Sourced(
                part.value.filter { name in !known.contains { $0.utf8.elementsEqual(name.utf8) } }, from: part.source)
        }
        return NameList(parts + new.filter { !$0.value.isEmpty })
    }
}
