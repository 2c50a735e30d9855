/// The variables that are read, under their own name and the one that NeuroLink's users know.
struct Variables {
    /// By their names as they stand: mostly none, so that no key has to look.
    private let environment: [String: String]

    init(_ environment: [String: String]) {
        self.environment = environment.filter { Self.isOurs($0.key) }
    }

    var areNone: Bool { environment.isEmpty }

    /// The first of `names` that is there and not empty.
    func value(_ names: [String]) -> (name: String, value: String)? {
        guard !areNone else { return nil }
        for name in names.flatMap({ [$0, Self.foreign + $0] }) {
            if let value = environment[name], !value.isEmpty { return (name, value) }
        }
        return nil
    }

    /// Names that begin like ours and are none of them, with the one that was probably meant.
    var unknown: [(name: String, nearest: String?)] {
        environment.keys.sorted().compactMap { name in
            let prefix = name.utf8.starts(with: Self.foreign.utf8) ? Self.foreign : ""
            let own = String(name.unicodeScalars.dropFirst(prefix.utf8.count))
            guard !Self.known.contains(own) else { return nil }
            return (name, nearest(to: own, among: Self.known).map { prefix + $0 })
        }
    }

    private static let foreign = "NEUROLINK_"

    private static func isOurs(_ name: String) -> Bool {
        let name = name.utf8
        let own = name.starts(with: foreign.utf8) ? name.dropFirst(foreign.utf8.count) : name[...]
        return own.starts(with: "HITL_".utf8)
    }

    private static let known = ["HITL_CONFIG", "HITL_SOCKET"] + ConfigurationKey.all.flatMap(\.variables)
}
