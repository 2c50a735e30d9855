import HITLCore

/// One thing that is done with one key: a row of the table hands over the key's place, its form and its tightening.
struct KeyUse {
    enum Wish {
        /// Says how values are written.
        case describe
        /// Says what is in force.
        case show
        /// Reads the value and puts it in force.
        case assign(Field)
        /// Reads the value and puts it in force only where that is stricter; else leaves a notice.
        case tighten(Field)
    }

    let key: String
    let wish: Wish
    let paths: Paths

    private(set) var type = ""
    private(set) var shown: (text: String, json: JSONValue, sources: [Source])?
    private(set) var notices: [Diagnostic] = []

    init(_ wish: Wish, of key: String, paths: Paths) {
        self.wish = wish
        self.key = key
        self.paths = paths
    }

    mutating func callAsFunction<Value>(
        _ place: inout Sourced<Value>, _ form: Form<Value>, untrusted: Tightening<Value> = .none
    ) {
        switch wish {
        case .describe: type = form.type
        case .show:
            let sources = form.sources?(place.value) ?? []
            shown = (form.text(place.value), form.json(place.value), sources.isEmpty ? [place.source] : sources)
        case .assign(let field):
            guard let value = form.read(field, paths) else { return }
            place = Sourced(value, from: field.key)
        case .tighten(let field): tighten(&place, by: field, form, untrusted)
        }
    }

    private mutating func tighten<Value>(
        _ place: inout Sourced<Value>, by field: Field, _ form: Form<Value>, _ tightening: Tightening<Value>
    ) {
        guard let value = form.read(field, paths), value != place.value else { return }
        guard case .stricter(let combine) = tightening else { return ignore(.notForUntrusted(key: key), field) }
        guard let combined = combine(place.value, value) else {
            return ignore(.looser(key: key, value: form.text(value), inForce: form.text(place.value)), field)
        }
        if combined != place.value { place = Sourced(combined, from: field.key) }
    }

    private mutating func ignore(_ fault: Fault, _ field: Field) {
        notices.append(field.reading.diagnostic(fault, at: field.key))
    }
}
