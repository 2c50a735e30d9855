import HITLCore
import HITLGate

/// What a line of the server answers, found without reading what it says.
enum ServerLine {
    /// As far as it can be told from the answer.
    enum Ending {
        case error
        case toolError
        /// It wants more of the client before it goes on.
        case inputRequired
        /// It goes on as a task, which answers elsewhere.
        case task
        case success

        var outcome: (Outcome.Status, String) {
            switch self {
            case .error: (.failed, "the server answered with an error")
            case .toolError: (.failed, "the tool answered with an error")
            case .inputRequired: (.unknown, "the server asked for more input")
            case .task: (.unknown, "it runs on as a task of the server")
            case .success: (.succeeded, "the server answered")
            }
        }
    }

    case other
    /// Different readers may find different things.
    case unclear
    case batch([MessageID])
    case answer(MessageID, Ending)

    init(_ line: [UInt8]) {
        self = line.withUnsafeBufferPointer { bytes in
            switch bytes.first(where: { $0 != 0x20 && $0 != 0x09 }) {
            case UInt8(ascii: "{")?: Self.read(bytes)
            case UInt8(ascii: "[")?: Self.batch(line)
            case nil: .other
            default: .unclear
            }
        }
    }

    private static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> ServerLine {
        guard let members = JSONSkim.members(of: bytes, in: 0..<bytes.count) else { return .unclear }
        // An escaped name may spell any of ours.
        guard !members.contains(where: { bytes[$0.name].contains(UInt8(ascii: "\\")) }) else { return .unclear }
        func values(_ name: StaticString) -> [Range<Int>] {
            members.filter { bytes.spells(name, in: $0.name) }.map(\.value)
        }
        let ids = values("id")
        guard values("method").isEmpty else { return .other }
        guard let place = ids.first else { return .other }
        guard ids.count == 1, let json = try? JSONValue(parsing: Array(bytes[place])), let id = MessageID(json) else {
            return .unclear
        }
        guard values("error").isEmpty else { return .answer(id, .error) }
        guard let result = values("result").first,
            let inner = JSONSkim.members(of: bytes, in: result)
        else { return .answer(id, .success) }
        func says(_ name: StaticString, _ value: StaticString) -> Bool {
            inner.contains { bytes.spells(name, in: $0.name) && bytes.spells(value, in: $0.value) }
        }
        if says("isError", "true") { return .answer(id, .toolError) }
        if says("resultType", "\"input_required\"") { return .answer(id, .inputRequired) }
        if inner.contains(where: { bytes.spells("task", in: $0.name) }) { return .answer(id, .task) }
        return .answer(id, .success)
    }

    /// What a result that wants more input asks of the client, for people; nil where nothing can be read.
    static func questions(in line: [UInt8]) -> String? {
        guard let value = try? JSONValue(parsing: line, depth: 512),
            let requests = value.object?["result"]?.object?["inputRequests"]?.object?.members
        else { return nil }
        let questions = requests.prefix(mostQuestions).compactMap { request -> String? in
            let question = request.value.object
            guard let method = question?["method"]?.string else { return nil }
            let message = question?["params"]?.object?["message"]?.string
            return DeskMessage.label(message.map { "\(method) \"\($0)\"" } ?? method)
        }
        return questions.isEmpty ? nil : questions.joined(separator: ", ")
    }

    private static let mostQuestions = 8

    private static func batch(_ line: [UInt8]) -> ServerLine {
        guard let value = try? JSONValue(parsing: line, depth: 512), case .array(let elements) = value else {
            return .unclear
        }
        return .batch(elements.compactMap(answered))
    }

    /// Nil for what is no answer: the server's own requests have ids of their own.
    private static func answered(_ element: JSONValue) -> MessageID? {
        guard let object = element.object, object["method"] == nil else { return nil }
        return object["id"].flatMap(MessageID.init)
    }

    /// A batch without the answers to these; nil where nothing is left.
    static func batch(_ line: [UInt8], without ids: Set<MessageID>) -> [UInt8]? {
        guard let value = try? JSONValue(parsing: line, depth: 512), case .array(let elements) = value else {
            return nil
        }
        let rest = elements.filter { answered($0).map { !ids.contains($0) } ?? true }
        return rest.isEmpty ? nil : JSONValue.array(rest).canonical
    }
}
