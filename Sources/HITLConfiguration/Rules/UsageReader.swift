import HITLCore

/// Reads `rate: { calls: 20, within: 1h, per: agent }` and `budget: { argument: amount, most: 500, within: 1d }`.
struct UsageReader {
    func rate(_ field: Field) -> UsageLimit? {
        guard let map = field.map(["calls", "within", "per"]) else { return nil }
        let calls = map.required("calls")?.int(in: 0...1_000_000)
        guard let (within, scope) = frame(map), let calls else { return nil }
        return UsageLimit(.calls, most: ExactDecimal(Int64(calls)), within: within, scope: scope)
    }

    func budget(_ field: Field) -> UsageLimit? {
        guard let map = field.map(["argument", "most", "within", "per"]) else { return nil }
        let most = map.required("most")?.decimal()
        let path = map.required("argument").flatMap { field -> ArgumentPath? in
            guard let text = field.string() else { return nil }
            if let path = ArgumentPath(text) { return path }
            field.report(.refused("\(quoted(text)) names no argument"))
            return nil
        }
        guard let (within, scope) = frame(map), let most, let path else { return nil }
        return UsageLimit(.sum(of: path), most: most, within: within, scope: scope)
    }

    private func frame(_ map: FieldMap) -> (Milliseconds, UsageLimit.Scope)? {
        let within = map.required("within")?.duration()
        let scope = map["per"].map {
            $0.choice(UsageLimit.Scope.allCases.map(\.rawValue)).flatMap(UsageLimit.Scope.init)
        }
        guard let within else { return nil }
        switch scope {
        case nil: return (within, .everyone)
        case .some(let scope): return scope.map { (within, $0) }
        }
    }
}
