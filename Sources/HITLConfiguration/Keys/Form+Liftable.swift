import HITLCore

extension Form where Value == [String] {
    /// Refusals of the analysis that an operator may turn into questions, by the risk factor that they count as.
    static let liftable = Form(
        "a list of risk factors",
        read: { field, _ in
            guard !field.isNull else { return [] }
            let before = field.reading.diagnostics.count
            let chosen = field.list(of: "risk factors") { $0.choice(Finding.liftable) } ?? []
            guard field.reading.diagnostics.count == before else { return nil }
            return Finding.liftable.filter { name in chosen.contains { $0.utf8.elementsEqual(name.utf8) } }
        },
        json: { .array($0.map(JSONValue.string)) })
}
