/// The variables that are read, under their own name and the one that NeuroLink's users know.
struct Variables {
    private let environment: [String: String]

    init(_ environment: [String: String]) {
        self.environment = environment
    }

    /// The first of `names` that is there and not empty.
    func value(_ names: [String]) -> (name: String, value: String)? {
        for name in names.flatMap({ [$0, "NEUROLINK_" + $0] }) {
            if let value = environment[name], !value.isEmpty { return (name, value) }
        }
        return nil
    }

    /// Names that begin like ours and are none of them, with the one that was probably meant.
    var unknown: [(name: String, nearest: String?)] {
        environment.keys.sorted().compactMap { name in
            let prefix = name.utf8.starts(with: "NEUROLINK_".utf8) ? "NEUROLINK_" : ""
            let own = String(name.unicodeScalars.dropFirst(prefix.utf8.count))
            guard own.utf8.starts(with: "HITL_".utf8), !Self.known.contains(own) else { return nil }
            return (name, nearest(to: own, among: Self.known).map { prefix + $0 })
        }
    }

    private static let known = ["HITL_CONFIG", "HITL_SOCKET"] + ConfigurationKey.all.flatMap(\.variables)
}
