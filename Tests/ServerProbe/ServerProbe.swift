import Glibc
import HITLCore
import HITLPlatform
import HITLServer

/// A client of a desk in a process of its own, for tests.
///
///     ServerProbe talk SOCKET                  lines of standard input to the desk, its lines to standard output
///     ServerProbe parent SOCKET                asks, then lets a child of its own talk
///     ServerProbe start PROGRAM WORD …         starts a program and waits for it: to be somebody's ancestor
///     ServerProbe impostor SOCKET              listens there as another user
///     ServerProbe ask SOCKET OPTIONS [-- …]    as `hitl ask`, telling what happens on standard error
@main
struct ServerProbe {
    static func main() async {
        let words = Array(CommandLine.arguments.dropFirst())
        do {
            switch words.first {
            case "talk"?: try await talk(words[1])
            case "parent"?: try await parent(words[1])
            case "start"?: exit(try await start(Array(words.dropFirst())))
            case "impostor"?: try await impersonate(words[1])
            case "ask"?: exit(await ask(Array(words.dropFirst())))
            default: complain("unknown mode")
            }
        } catch {
            complain("\(error)")
        }
    }

    static func complain(_ text: String) -> Never {
        say(2, "probe: \(text)")
        exit(99)
    }

    static func say(_ descriptor: Int32, _ text: String) {
        let bytes = Array((text + "\n").utf8)
        _ = write(descriptor, bytes, bytes.count)
    }

    private static func talk(_ path: String) async throws {
        let desk = try await UnixStream.connect(to: path)
        let input = try LineChannel(reading: dup(0), writing: -1, on: .shared)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while let line = try? await desk.nextLine() { say(1, String(decoding: line, as: UTF8.self)) }
                exit(0)
            }
            while let line = try? await input.nextLine() { try? desk.offer(line + [10]) }
            desk.close()
        }
    }

    private static func parent(_ path: String) async throws {
        let desk = try await UnixStream.connect(to: path)
        let ask =
            #"{"jsonrpc":"2.0","id":1,"method":"ask","params":{"id":"c1","tool":"bash","args":{},"performer":"requester"}}"#
        try await desk.write(Array(ask.utf8) + [10])
        while let line = try await desk.nextLine() {
            let text = String(decoding: line, as: UTF8.self)
            say(1, text)
            if text.contains("opened") { break }
        }
        let child = Task { try await start([CommandLine.arguments[0], "talk", path]) }
        while let line = try await desk.nextLine() { say(1, "parent: " + String(decoding: line, as: UTF8.self)) }
        _ = try await child.value
    }

    private static func impersonate(_ path: String) async throws {
        guard seteuid(65534) == 0 else { complain("only root can be another user") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8) + [0]) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0, listen(descriptor, 8) == 0 else { complain("cannot listen") }
        say(1, "listening")
        while true { pause() }
    }

    private static func start(_ words: [String]) async throws -> Int32 {
        var launch = Launch(words[0], Array(words.dropFirst()))
        launch.environment = ThisProcess.environment()
        launch.input = .inherited
        launch.output = .inherited
        launch.error = .inherited
        launch.session = .ours
        if case .exited(let code) = try await ChildProcess.run(launch).ending { return code }
        return 98
    }
}
