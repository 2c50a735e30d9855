import HITLCore
import HITLPlatform

/// Writes a message into the outbox. Sending it from there is somebody else's work.
struct SendEmail: Tool {
    private let from: Mailbox?
    private let to: [Mailbox]
    private let cc: [Mailbox]
    private let bcc: [Mailbox]
    private let subject: String
    private let body: String

    init(_ arguments: Arguments) throws(Obstacle) {
        from = try arguments.text("from").map { text throws(Obstacle) in try Mailbox(text) }
        to = try Mailbox.list(arguments.texts("to") ?? [])
        cc = try Mailbox.list(arguments.texts("cc") ?? [])
        bcc = try Mailbox.list(arguments.texts("bcc") ?? [])
        subject = try arguments.required("subject")
        body = arguments.text("body") ?? ""
        guard !(to + cc + bcc).isEmpty else { throw .noRecipient }
        guard !subject.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { throw .mailText("subject") }
    }

    /// The message is made here, with its date and its id, and kept as what is shown.
    func inspect(in place: Surroundings) async -> Inspection {
        var inspection = Inspection()
        inspection.attempt { inspection throws(Obstacle) in
            let sender = if let from { from } else { try Mailbox(place.sender) }
            let message = MailMessage(
                from: sender, to: to, cc: cc, bcc: bcc, subject: subject, body: body,
                date: place.now(), id: place.randomBytes(12).map(QuotedPrintable.hexadecimal).joined().lowercased())
            inspection.preview = message.text
        }
        return inspection
    }

    /// Another look would make another message; the one that was shown is the one that goes.
    func changes(since call: ToolCall, in place: Surroundings) async -> [String] {
        call.facts.preview == nil ? [Obstacle.notPrepared.description] : []
    }

    func run(_ errand: Errand, in place: Surroundings) async throws(Obstacle) -> Outcome {
        guard let text = errand.call.facts.preview, let id = Self.id(in: text) else { throw .notPrepared }
        let name = "\(id).eml"
        let bytes = MailMessage.bytes(of: text)
        do {
            // The id is the name: the same message a second time is refused.
            _ = try place.outbox.directory.write(bytes, to: name, expecting: .absent, mode: 0o600)
        } catch {
            throw .outbox(error)
        }
        let people = plural(to.count + cc.count + bcc.count, "recipient")
        return .done(
            "put a message to \(people) into the outbox as `\(name)`",
            ["file": .string(name), "bytes": .integer(bytes.count), "messageId": .string(id)])
    }

    private static func id(in text: String) -> String? {
        let start = "Message-ID: <"
        // Headers end at the empty line; the body can say what it likes.
        for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if line.isEmpty { return nil }
            guard line.starts(with: start.utf8) else { continue }
            let id = line.dropFirst(start.utf8.count).prefix { $0 != UInt8(ascii: "@") }
            return id.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) } ? String(id) : nil
        }
        return nil
    }
}

/// The directory that messages are put into.
struct Outbox {
    let directory: ConfinedDirectory

    /// Made with mode 0700 where it is missing.
    init(_ path: String) throws(FileError) {
        try PrivateDirectory.prepare(path)
        directory = try ConfinedDirectory(path, links: .refused)
    }
}
