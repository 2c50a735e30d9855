package import HITLCore

/// A choice that an agent offers for a session: its mode or its model.
package struct SessionChoice: Sendable, Equatable {
    package struct Value: Sendable, Equatable {
        package let id: String
        package let name: String

        package init(id: String, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// How the agent is told of another choice.
    package enum Way: Sendable, Equatable {
        /// `session/set_mode`
        case mode
        /// `session/set_model`
        case model
        /// `session/set_config_option` with this id.
        case option(String)
    }

    package let way: Way
    package var current: String
    package let values: [Value]

    package init(way: Way, current: String, values: [Value]) {
        self.way = way
        self.current = current
        self.values = values
    }

    /// `{"currentModeId":"ask","availableModes":[{"id":"ask","name":"Ask"}]}`
    package init?(modes: JSONValue?) {
        guard let object = modes?.object, let current = object["currentModeId"]?.string else { return nil }
        self.init(way: .mode, current: current, values: Self.values(object["availableModes"], "id"))
    }

    /// `{"currentModelId":"…","availableModels":[{"modelId":"…","name":"…"}]}`
    package init?(models: JSONValue?) {
        guard let object = models?.object, let current = object["currentModelId"]?.string else { return nil }
        self.init(way: .model, current: current, values: Self.values(object["availableModels"], "modelId"))
    }

    /// The configuration option of that category, where there is one to select from.
    package init?(options: JSONValue?, category: String) {
        let all = (options?.array ?? []).compactMap(\.object)
        guard let object = all.first(where: { $0["category"]?.string?.utf8.elementsEqual(category.utf8) ?? false }),
            let id = object["id"]?.string, let current = object["currentValue"]?.string
        else { return nil }
        // Either values, or groups of values.
        let entries = (object["options"]?.array ?? []).flatMap { $0.object?["options"]?.array ?? [$0] }
        self.init(way: .option(id), current: current, values: Self.values(.array(entries), "value"))
    }

    private static func values(_ list: JSONValue?, _ key: String) -> [Value] {
        (list?.array ?? []).compactMap(\.object).compactMap { entry in
            entry[key]?.string.map { Value(id: $0, name: entry["name"]?.string ?? $0) }
        }
    }

    package func value(_ id: String) -> Value? { values.first { $0.id.utf8.elementsEqual(id.utf8) } }

    /// The request that makes `id` the current one.
    package func request(_ id: String, session: String) -> (method: String, parameters: JSONValue) {
        switch way {
        case .mode: ("session/set_mode", ["sessionId": .string(session), "modeId": .string(id)])
        case .model: ("session/set_model", ["sessionId": .string(session), "modelId": .string(id)])
        case .option(let option):
            (
                "session/set_config_option",
                ["sessionId": .string(session), "configId": .string(option), "value": .string(id)]
            )
        }
    }
}

/// How much an agent asks in one of its modes, going by the words of its id and name: there is nothing else to go by.
package enum ModeTemper: Int, Sendable, Comparable {
    /// It does things by itself that it would ask for in another mode.
    case loose
    /// Nothing in its name says.
    case unknown
    /// It does little or nothing.
    case idle
    case asks

    package init(_ value: SessionChoice.Value) {
        let words = ToolName.words(of: value.id) + ToolName.words(of: value.name)
        if words.contains(where: Self.isLoose) {
            self = .loose
        } else if words.contains(where: { Self.askingWords.contains($0) }) {
            self = .asks
        } else if words.contains(where: { Self.idleWords.contains($0) }) {
            self = .idle
        } else {
            self = .unknown
        }
    }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    private static func isLoose(_ word: String) -> Bool {
        word.utf8.starts(with: "auto".utf8) || word.utf8.starts(with: "bypass".utf8)
            || word.utf8.starts(with: "danger".utf8) || word.utf8.starts(with: "unrestrict".utf8)
            || looseWords.contains(word)
    }

    private static let looseWords: Set<String> = [
        "yolo", "accept", "accepts", "skip", "unsafe", "dont", "never", "full", "trust", "trusted", "always", "allow",
        "unattended", "turbo", "agentic", "free",
    ]
    private static let askingWords: Set<String> = [
        "ask", "asks", "default", "manual", "confirm", "confirmation", "approve", "approval", "normal", "review",
        "suggest", "supervised", "permission",
    ]
    private static let idleWords: Set<String> = ["plan", "planning", "read", "readonly", "chat", "architect", "view"]
}

extension SessionChoice {
    /// Whether the agent, as it is now, does things without asking. A mode that it did not list is not known.
    package var isLoose: Bool { temper(current) == .loose }

    package func temper(_ id: String) -> ModeTemper { ModeTemper(value(id) ?? Value(id: id, name: id)) }

    /// The mode to move to from a loose one: one that asks where there is one, else the first that is not loose.
    package var strictest: Value? {
        let strict = values.filter { ModeTemper($0) > .loose }
        return [ModeTemper.asks, .unknown, .idle].lazy.compactMap { temper in
            strict.first { ModeTemper($0) == temper }
        }.first
    }
}
