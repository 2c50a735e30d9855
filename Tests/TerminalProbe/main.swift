// A small program on a terminal: prints what became of each line and does what some of them say.

import Glibc
import HITLTerminal

let environment = Dictionary(
    uniqueKeysWithValues: sequence(state: environ) { place -> (String, String)? in
        guard let entry = place.pointee else { return nil }
        place += 1
        let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    })

if CommandLine.arguments.count == 5, CommandLine.arguments[1] == "write-history" {
    let file = HistoryFile(path: CommandLine.arguments[2])
    for number in 0..<Int(CommandLine.arguments[4])! {
        guard file.append("session \(CommandLine.arguments[3]) entry \(number)") else { exit(1) }
    }
    exit(0)
}

let words = ["approve", "approve-all", "edit", "extend", "reject", "überprüfen"]
var options = TerminalOptions(
    historyPath: environment["PROBE_HISTORY"],
    historyFilter: { $0.hasPrefix("secret") ? "secret" : $0 },
    complete: { line, cursor in
        let typed = String(String.UnicodeScalarView(line.unicodeScalars.prefix(cursor)))
        let word = typed.split(separator: " ", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        return words.filter { $0.hasPrefix(word) }.map {
            Completion(
                replacing: word.unicodeScalars.count, insertion: $0, display: DisplayText(untrusted: $0),
                description: DisplayText(untrusted: "does \($0)"))
        }
    },
    notifications: environment["PROBE_NOTIFICATIONS"] == "777" ? .osc777 : .osc9,
    signals: environment["PROBE_SIGNALS"] == "none" ? [] : [SIGWINCH, SIGCONT, SIGTERM, SIGHUP, SIGINT]
)

func openReader(_ presentation: Presentation, _ options: TerminalOptions) throws(TerminalError) -> any LineReader {
    if presentation.kind == .terminal {
        do {
            return try Terminal(presentation: presentation, options: options)
        } catch .notATerminal, .noPrivateTerminal {
            // A script as input, or a system without a pseudo-terminal to give to libedit.
        }
    }
    return try PlainReader(presentation: presentation, options: options)
}

let reader = try openReader(Presentation(descriptor: 1, environment: environment), options)

let signals = Task {
    for await event in reader.events {
        switch event {
        case .signalled(let number):
            await reader.stop()
            exit(number == SIGTERM ? 143 : 1)
        case .interrupted: reader.write("interrupted while busy")
        case .resized(let columns, _):
            if environment["PROBE_TELLS_WIDTH"] != nil { reader.post("now \(columns) columns") }
        case .hangup: break
        }
    }
}

var count = 0
reading: while true {
    let prompt: StyledText = count == 0 ? "probe > " : "probe (\(count)) > "
    let event = await reader.readLine(prompt: prompt)
    switch event {
    case .cancelled: reader.write("cancelled")
    case .interrupted: reader.write("interrupted")
    case .hangup:
        await reader.stop()
        exit(5)
    case .endOfInput:
        reader.write("end")
        break reading
    case .line(let line):
        let age = line.entered.duration(to: .now)
        reader.write(
            "line(\(DisplayText(untrusted: line.text))) \(DisplayText(untrusted: "\(line.origin)")) \(age < .seconds(1) ? "now" : "earlier")"
        )
        let words = line.text.split(separator: " ").map(String.init)
        switch words.first {
        case "quit": break reading
        case "post":
            // post COUNT INTERVAL-MS
            let (many, interval) = (Int(words[1])!, Int(words[2])!)
            Task {
                for number in 0..<many {
                    reader.post("notice \(number) ends")
                    try await Task.sleep(for: .milliseconds(interval))
                }
                reader.post("notices done")
            }
        case "flood":
            // More than the system keeps for a terminal that is not read.
            for number in 0..<5000 { reader.write("flooding \(number) with a line that takes some room on the screen") }
        case "prompt":
            count += 1
        case "count":
            Task {
                for number in 1...Int(words[1])! {
                    reader.setPrompt("probe (\(number)) > ")
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
        case "show":
            reader.write(
                StyledText(DisplayText.block(untrusted: hostile(Array(words.dropFirst()))), indent: 4, .warning))
        case "busy":
            try await Task.sleep(for: .milliseconds(Int(words[1])!))
        case "lend":
            await reader.lend {
                var modes = termios()
                tcgetattr(0, &modes)
                let text = modes.c_lflag & tcflag_t(ICANON) != 0 ? "lent in line mode\n" : "lent in raw mode\n"
                _ = text.withCString { Glibc.write(1, $0, strlen($0)) }
                var byte: UInt8 = 0
                _ = Glibc.read(0, &byte, 1)
            }
        case "lends":
            for _ in 0..<Int(words[1])! {
                await reader.lend {}
                _ = await reader.written("back again")
            }
            reader.write("lends done")
        case "notify":
            reader.notify(title: "Request", body: DisplayText(untrusted: hostile(Array(words.dropFirst()))))
        case "bell": reader.bell()
        case "clear": reader.clear()
        case "drawn":
            let before = ContinuousClock.now
            if case .at(let time) = await reader.posted("a notice"), time >= before { reader.write("drawn in time") }
        case "cancel":
            let read = Task { await reader.readLine(prompt: "taken away > ") }
            try await Task.sleep(for: .milliseconds(100))
            read.cancel()
            reader.write("it was \(DisplayText(untrusted: "\(await read.value)"))")
        default: break
        }
    }
}
await reader.stop()
exit(0)

/// Code points in hexadecimal, because a test cannot type what it wants to show.
func hostile(_ words: [String]) -> String {
    String(String.UnicodeScalarView(words.compactMap { UInt32($0, radix: 16).flatMap(Unicode.Scalar.init) }))
}
