/// Builds the tree from libyaml's events.
///
/// Events rather than libyaml's own documents: those resolve aliases and drop the places of keys.
struct YAMLComposer {
    let file: String
    let lines: SourceLines
    let limits: YAMLDocument.Limits
    private var faults: [Diagnostic] = []
    private var nodes = 0

    init(file: String, lines: SourceLines, limits: YAMLDocument.Limits) {
        self.file = file
        self.lines = lines
        self.limits = limits
    }

    /// More than this says nothing new about the file.
    private static let mostFaults = 20

    mutating func compose(_ bytes: [UInt8]) throws(Diagnostics) -> Node {
        var root: Node?
        do throws(Unreadable) {
            let events = try YAMLEvents(bytes)
            root = try document(events)
        } catch {
            report(error.fault, at: error.position)
        }
        guard faults.isEmpty, let root else { throw Diagnostics(faults) }
        return root
    }

    private mutating func document(_ events: borrowing YAMLEvents) throws(Unreadable) -> Node {
        var root = Node(.scalar("", .plain), at: Node.Position(line: 1, column: 1))
        var documents = 0
        while true {
            let event = try events.next()
            switch event.kind {
            case .streamStart, .documentEnd: continue
            case .streamEnd: return root
            case .documentStart(let plain):
                documents += 1
                if documents > 1 { throw event.fault(.severalDocuments) }
                if !plain { report(.directive, at: event) }
            case .scalar, .alias, .listStart, .listEnd, .mapStart, .mapEnd:
                root = try node(event, events, depth: 0)
            }
        }
    }

    private mutating func node(
        _ event: YAMLEvents.Event, _ events: borrowing YAMLEvents, depth: Int
    ) throws(Unreadable) -> Node {
        nodes += 1
        if nodes > limits.nodes { throw event.fault(.tooManyNodes(limit: limits.nodes)) }
        if depth > limits.depth { throw event.fault(.tooDeep(limit: limits.depth)) }
        if let anchor = event.anchor { report(.anchor(anchor), at: event) }
        if let tag = event.tag { report(.tag(tag), at: event) }
        if faults.count >= Self.mostFaults { throw event.fault(nil) }

        let position = event.position
        switch event.kind {
        case .scalar(let text, let plain): return Node(.scalar(text, plain ? .plain : .quoted), at: position)
        case .listStart: return Node(.list(try list(events, depth: depth)), at: position)
        case .mapStart: return Node(.map(try map(events, depth: depth)), at: position)
        case .alias(let name):
            report(.alias(name), at: event)
            return Node(.scalar("", .plain), at: position)
        case .listEnd, .mapEnd, .streamStart, .streamEnd, .documentStart, .documentEnd:
            throw event.fault(.syntax(problem: "the structure of the document is broken", context: nil))
        }
    }

    private mutating func list(_ events: borrowing YAMLEvents, depth: Int) throws(Unreadable) -> [Node] {
        var elements: [Node] = []
        while true {
            let event = try events.next()
            if case .listEnd = event.kind { return elements }
            elements.append(try node(event, events, depth: depth + 1))
        }
    }

    private mutating func map(_ events: borrowing YAMLEvents, depth: Int) throws(Unreadable) -> [Node.Entry] {
        var entries: [Node.Entry] = []
        // Where each key of a large map is; a small one is looked through. Swift's strings are equal when they look
        // equal, which is wanted here: two keys in two Unicode spellings are a repeated key to the person who reads
        // them.
        var places: [String: Int] = [:]
        while true {
            let event = try events.next()
            if case .mapEnd = event.kind { return entries }
            let key = try node(event, events, depth: depth + 1)
            let value = try node(try events.next(), events, depth: depth + 1)
            guard case .scalar(let name, _) = key.content, case .scalar = event.kind else {
                if case .alias = event.kind { continue }
                report(.keyIsNoText, at: event)
                continue
            }
            if entries.count == Self.smallMap {
                for (place, entry) in entries.enumerated() { places[entry.key] = place }
            }
            let known =
                entries.count < Self.smallMap ? entries.firstIndex { $0.key == name } : places[name]
            if let known {
                report(.repeatedKey(name, first: place(entries[known].position)), at: event)
                continue
            }
            if entries.count >= Self.smallMap { places[name] = entries.count }
            entries.append(Node.Entry(key: name, position: key.position, value: value))
        }
    }

    private func place(_ position: Node.Position) -> Place {
        Place(file: file, line: Int(position.line), column: Int(position.column))
    }

    private mutating func report(_ fault: Fault, at event: YAMLEvents.Event) {
        report(fault, at: event.position)
    }

    private mutating func report(_ fault: Fault?, at position: Node.Position) {
        guard let fault, faults.count < Self.mostFaults else { return }
        let place = place(position)
        faults.append(
            Diagnostic(.file(place), fault, excerpt: lines.excerpt(line: place.line, column: place.column)))
    }

    private static let smallMap = 16
}

/// After this nothing more can be read.
struct Unreadable: Error {
    /// nil where all has been said.
    let fault: Fault?
    let position: Node.Position
}
