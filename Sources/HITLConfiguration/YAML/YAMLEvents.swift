import CYAML

/// libyaml's parser over bytes that it owns, one event at a time.
struct YAMLEvents: ~Copyable {
    struct Event {
        enum Kind {
            case streamStart, streamEnd, documentEnd
            /// `plain`: without directives that change how the rest is read.
            case documentStart(plain: Bool)
            case scalar(String, plain: Bool)
            case alias(String)
            case listStart, listEnd, mapStart, mapEnd
        }

        let kind: Kind
        let anchor: String?
        let tag: String?
        let position: Node.Position

        func fault(_ fault: Fault?) -> Unreadable { Unreadable(fault: fault, position: position) }
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutablePointer<UInt8>
    private let count: Int

    init(_ bytes: [UInt8]) throws(Unreadable) {
        parser = .allocate(capacity: 1)
        count = bytes.count
        // libyaml keeps the pointer until its last event, longer than a closure over the array would.
        input = .allocate(capacity: max(1, bytes.count))
        input.initialize(from: bytes, count: bytes.count)
        guard yaml_parser_initialize(parser) == 1 else {
            input.deallocate()
            parser.deallocate()
            throw Unreadable(
                fault: .syntax(problem: "out of memory", context: nil), position: .init(line: 1, column: 1))
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    func next() throws(Unreadable) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { yaml_event_delete(&event) }

        var anchor: String?
        var tag: String?
        let kind: Event.Kind
        switch event.type {
        case YAML_STREAM_START_EVENT: kind = .streamStart
        case YAML_DOCUMENT_START_EVENT:
            let start = event.data.document_start
            let version = start.version_directive?.pointee
            let isTwelve = version.map { $0.major == 1 && $0.minor == 2 } ?? true
            kind = .documentStart(plain: isTwelve && start.tag_directives.start == start.tag_directives.end)
        case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
        case YAML_ALIAS_EVENT: kind = .alias(Self.text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            (anchor, tag) = (Self.text(scalar.anchor), Self.text(scalar.tag))
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            kind = .scalar(String(decoding: bytes, as: UTF8.self), plain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
        case YAML_SEQUENCE_START_EVENT:
            (anchor, tag) = (Self.text(event.data.sequence_start.anchor), Self.text(event.data.sequence_start.tag))
            kind = .listStart
        case YAML_SEQUENCE_END_EVENT: kind = .listEnd
        case YAML_MAPPING_START_EVENT:
            (anchor, tag) = (Self.text(event.data.mapping_start.anchor), Self.text(event.data.mapping_start.tag))
            kind = .mapStart
        case YAML_MAPPING_END_EVENT: kind = .mapEnd
        // YAML_STREAM_END_EVENT, and YAML_NO_EVENT, which libyaml gives after it.
        default: kind = .streamEnd
        }
        return Event(kind: kind, anchor: anchor, tag: tag, position: Self.position(event.start_mark))
    }

    private func failure() -> Unreadable {
        let mark = parser.pointee.problem_mark
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "out of memory"
        let start = parser.pointee.context_mark
        let context = parser.pointee.context.map {
            "\(String(cString: $0)) that begins at \(start.line + 1):\(start.column + 1)"
        }
        // A tab where a token should begin is the one mistake of which libyaml's words say too little.
        let index = Int(mark.index)
        let isTab = problem == "found character that cannot start any token" && byte(atScalar: index) == 0x09
        return Unreadable(
            fault: isTab ? .tabIndentation : .syntax(problem: problem, context: context),
            position: Self.position(mark))
    }

    /// libyaml counts from 0. A file has no more than some millions of bytes.
    private static func position(_ mark: yaml_mark_t) -> Node.Position {
        Node.Position(
            line: Int32(truncatingIfNeeded: mark.line) + 1, column: Int32(truncatingIfNeeded: mark.column) + 1)
    }

    /// Marks count scalars, the input has bytes.
    private func byte(atScalar index: Int) -> UInt8? {
        var seen = -1
        for byte in UnsafeBufferPointer(start: input, count: count) where byte & 0xC0 != 0x80 {
            seen += 1
            if seen == index { return byte }
        }
        return nil
    }

    private static func text(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        bytes.map { String(decoding: UnsafeBufferPointer(start: $0, count: strlen($0)), as: UTF8.self) }
    }

    private static func strlen(_ bytes: UnsafePointer<yaml_char_t>) -> Int {
        var count = 0
        while bytes[count] != 0 { count += 1 }
        return count
    }
}
