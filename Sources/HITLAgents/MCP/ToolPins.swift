package import HITLCore

/// The definitions of one server's tools as they were when they were first seen, and what became of them since.
///
/// The whole definition counts: description, schemas, annotations, title, icons, `_meta`. What is compared is its
/// canonical text, byte by byte.
package struct ToolPins: Sendable, Equatable {
    package struct Tool: Sendable, Equatable {
        package let name: String
        package let state: State
    }

    /// Quarantine comes first: what is not known to be the same is not called.
    package enum State: Sendable, Equatable {
        /// First seen after the server had given its whole list.
        case appeared(JSONValue)
        case changed(from: JSONValue, to: JSONValue)
        case trusted(JSONValue)
    }

    /// What the pins say of a call.
    package enum Standing: Sendable, Equatable {
        /// The whole list was seen, and the name is not in it.
        case unlisted
        case appeared
        case changed
        case trusted(JSONValue)
        /// No whole list was seen yet.
        case unknown
    }

    /// The server's name with the command line that it is started with: another command is another server.
    package let server: String
    package let command: [String]
    package private(set) var isComplete = false
    package private(set) var tools: [Tool] = []

    package init(server: String, command: [String]) {
        self.server = server
        self.command = command
    }

    package func standing(of name: String) -> Standing {
        switch tools.first(where: { $0.isCalled(name) })?.state {
        case .appeared?: .appeared
        case .changed?: .changed
        case .trusted(let definition)?: .trusted(definition)
        case nil: isComplete ? .unlisted : .unknown
        }
    }

    package var quarantined: [Tool] {
        tools.filter { if case .trusted = $0.state { false } else { true } }
    }

    /// One page of the server's list.
    ///
    /// - Throws: where it cannot be told which tools it defines.
    package mutating func observe(_ page: JSONObject) throws(PinsFlaw) {
        guard case .array(let list)? = page["tools"] else { throw .noList }
        var seen: [(String, JSONValue)] = []
        for definition in list {
            guard let name = definition.object?["name"]?.string else { throw .nameless }
            seen.append((name, try Self.ordered(definition)))
        }
        for (name, definition) in seen { observe(name, definition) }
        switch page["nextCursor"] {
        case nil, .null?: isComplete = true
        default: break
        }
    }

    /// As it comes back from the file, so that the same is the same.
    private static func ordered(_ definition: JSONValue) throws(PinsFlaw) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: definition.canonical, depth: depth)
        } catch {
            throw .unreadable
        }
    }

    /// How deep a definition may be nested.
    package static let depth = 512

    private mutating func observe(_ name: String, _ definition: JSONValue) {
        guard let place = tools.firstIndex(where: { $0.isCalled(name) }) else {
            tools.append(Tool(name: name, state: isComplete ? .appeared(definition) : .trusted(definition)))
            return
        }
        let state: State
        switch tools[place].state {
        case .appeared: state = .appeared(definition)
        case .changed(let first, _), .trusted(let first):
            state = Self.isSame(first, definition) ? .trusted(first) : .changed(from: first, to: definition)
        }
        tools[place] = Tool(name: name, state: state)
    }

    private static func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool { left.canonical == right.canonical }

    /// From now on the definition that was seen last is the one that counts; for all tools where none is named.
    package mutating func trust(_ name: String?) {
        for place in tools.indices where name.map(tools[place].isCalled) ?? true {
            switch tools[place].state {
            case .appeared(let seen), .changed(_, let seen), .trusted(let seen):
                tools[place] = Tool(name: tools[place].name, state: .trusted(seen))
            }
        }
    }
}

package enum PinsFlaw: Error, Sendable, Equatable {
    case noList
    case nameless
    case unreadable
}

extension ToolPins.Tool {
    package func isCalled(_ name: String) -> Bool { self.name.utf8.elementsEqual(name.utf8) }
}

// MARK: - As a file

extension ToolPins {
    package var json: JSONValue {
        [
            "command": .array(command.map(JSONValue.string)), "complete": .bool(isComplete),
            "server": .string(server), "tools": .array(tools.map(\.json)), "version": 1,
        ]
    }

    package init(json: JSONValue) throws(PinsFlaw) {
        guard let object = json.object, object["version"]?.integer == 1, let server = object["server"]?.string,
            let words = object["command"]?.array, let list = object["tools"]?.array,
            let isComplete = object["complete"]?.bool
        else { throw .unreadable }
        self.init(server: server, command: words.compactMap(\.string))
        guard command.count == words.count else { throw .unreadable }
        self.isComplete = isComplete
        for element in list { tools.append(try Tool(json: element)) }
    }
}

extension ToolPins.Tool {
    fileprivate var json: JSONValue {
        switch state {
        case .appeared(let seen): ["name": .string(name), "seen": seen]
        case .changed(let first, let seen): ["name": .string(name), "seen": seen, "trusted": first]
        case .trusted(let definition): ["name": .string(name), "trusted": definition]
        }
    }

    fileprivate init(json: JSONValue) throws(PinsFlaw) {
        guard let object = json.object, let name = object["name"]?.string else { throw .unreadable }
        self.name = name
        switch (object["trusted"], object["seen"]) {
        case (nil, let seen?): state = .appeared(seen)
        case (let trusted?, let seen?): state = .changed(from: trusted, to: seen)
        case (let trusted?, nil): state = .trusted(trusted)
        case (nil, nil): throw .unreadable
        }
    }
}
