import HITLCore

/// A message as it goes into the outbox (RFC 5322). What is shown is what is written, byte for byte, but for the line
/// ends: a person sees line feeds, the file has CRLF.
struct MailMessage {
    let from: Mailbox
    let to: [Mailbox]
    let cc: [Mailbox]
    /// Stands in the file, because whoever sends it needs it; it is taken out on the way.
    let bcc: [Mailbox]
    let subject: String
    let body: String
    let date: WallTime
    /// The left side of the Message-ID.
    let id: String

    var text: String {
        let (body, encoding) = encodedBody
        var lines = ["Date: \(Self.date(date))", "From: \(from.header)"]
        for (name, mailboxes) in [("To", to), ("Cc", cc), ("Bcc", bcc)] where !mailboxes.isEmpty {
            lines.append("\(name): " + mailboxes.map(\.header).joined(separator: ",\n "))
        }
        lines += [
            "Subject: \(encodedSubject)", "Message-ID: <\(id)@\(Self.domain(of: from))>", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: \(encoding)",
        ]
        return lines.joined(separator: "\n") + "\n\n" + body
    }

    static func bytes(of text: String) -> [UInt8] {
        text.utf8.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
    }

    private var encodedSubject: String {
        let isPlain =
            subject.utf8.allSatisfy { (0x20...0x7E).contains($0) } && subject.utf8.count <= 68
            && subject.utf8.first != 0x20 && subject.utf8.last != 0x20 && !EncodedWord.looksEncoded(subject)
        return isPlain ? subject : EncodedWord.encode(subject).joined(separator: "\n ")
    }

    private var encodedBody: (text: String, encoding: String) {
        // CRLF and LF are both ends of lines; a CR alone is a character, which has to be encoded.
        var bytes: [UInt8] = []
        for byte in body.utf8 {
            if byte == 0x0A, bytes.last == 0x0D { bytes.removeLast() }
            bytes.append(byte)
        }
        if bytes.last != 0x0A { bytes.append(0x0A) }
        let isPlain =
            bytes.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0A || $0 == 0x09 }
            && bytes.split(separator: 0x0A).allSatisfy { $0.count <= 998 }
        guard !isPlain else { return (String(decoding: bytes, as: UTF8.self), "7bit") }
        return (String(decoding: QuotedPrintable.encode(bytes), as: UTF8.self), "quoted-printable")
    }

    private static func domain(of mailbox: Mailbox) -> String {
        String(mailbox.address.split(separator: "@").last ?? "localhost")
    }

    /// `Thu, 01 Jan 2026 14:30:00 +0000`
    private static func date(_ time: WallTime) -> String {
        let stamp = Array(time.timestamp)
        let days = (time.milliseconds - (time.milliseconds % 86_400_000 + 86_400_000) % 86_400_000) / 86_400_000
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int((days % 7 + 7) % 7)]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let month = months[(Int(String(stamp[5...6])) ?? 1) - 1]
        return "\(weekday), \(String(stamp[8...9])) \(month) \(String(stamp[0...3])) \(String(stamp[11...18])) +0000"
    }
}
