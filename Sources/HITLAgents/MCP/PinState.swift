import HITLCore

/// Where pins are kept: one function reads them, one writes. Nil of reading: none yet.
package struct PinStore: Sendable {
    package struct Failure: Error, Sendable, Equatable {
        package let why: String
        package init(_ why: String) { self.why = why }
    }

    package var load: @Sendable () -> Result<ToolPins, Failure>
    package var save: @Sendable (ToolPins) -> Result<Void, Failure>

    package init(
        load: @escaping @Sendable () -> Result<ToolPins, Failure>,
        save: @escaping @Sendable (ToolPins) -> Result<Void, Failure>
    ) {
        self.load = load
        self.save = save
    }
}

/// The pins of a running gateway, with what went wrong about them. In every doubt no tool is called.
struct PinState {
    private enum Trouble {
        case none
        /// The last list can be read in more than one way.
        case unreadableList
        case store(because: String)
    }

    private let store: PinStore
    private var pins: ToolPins?
    private var trouble = Trouble.none

    init(_ store: PinStore) {
        self.store = store
        load()
    }

    private mutating func load() {
        switch store.load() {
        case .success(let found): pins = found
        case .failure(let failure): (pins, trouble) = (nil, .store(because: failure.why))
        }
    }

    func standing(of tool: String) -> ToolPins.Standing { pins?.standing(of: tool) ?? .unknown }

    /// Why the tool is not called; nil where it may be asked for. A person may have trusted it meanwhile, so what is
    /// refused is looked up again.
    mutating func refusal(of tool: String, server: String) -> String? {
        switch trouble {
        case .unreadableList: return GatewayWords.unreadableList(tool)
        case .store: return GatewayWords.unwritable(tool)
        case .none: break
        }
        switch standing(of: tool) {
        case .trusted, .unknown: return nil
        case .unlisted, .appeared, .changed: break
        }
        load()
        if case .store = trouble { return GatewayWords.unwritable(tool) }
        return GatewayWords.quarantined(tool, standing(of: tool), server: server)
    }

    /// For the log, and not for the model: it may name files of the gate.
    var obstacle: String? {
        if case .store(let why) = trouble {
            "The definitions of the server's tools cannot be recorded: \(why)"
        } else {
            nil
        }
    }

    mutating func unreadable() { trouble = .unreadableList }

    /// The server's answer to a request for its list.
    ///
    /// - Returns: what the log should say.
    mutating func observe(_ line: [UInt8], server: String) -> String? {
        let results: [JSONObject]
        do {
            let value = try JSONValue(parsing: line, depth: 512)
            results = (value.array ?? [value]).compactMap { $0.object?["result"]?.object }.filter { $0["tools"] != nil }
        } catch {
            trouble = .unreadableList
            return "The server's list of tools cannot be read (\(error)); none of them is called."
        }
        guard !results.isEmpty else { return nil }
        load()
        guard var pins else { return nil }
        let before = pins
        do throws(PinsFlaw) {
            for page in results { try pins.observe(page) }
        } catch {
            trouble = .unreadableList
            return "The server's list of tools is none; no tool is called."
        }
        trouble = .none
        self.pins = pins
        guard pins != before else { return nil }
        if case .failure(let failure) = store.save(pins) {
            trouble = .store(because: failure.why)
            return "The definitions of the server's tools cannot be recorded: \(failure.why)"
        }
        let names = pins.quarantined.map { "`\($0.name)`" }.joined(separator: ", ")
        return names.isEmpty ? nil : "Definitions changed; not called until `hitl mcp trust \(server)`: \(names)"
    }
}
