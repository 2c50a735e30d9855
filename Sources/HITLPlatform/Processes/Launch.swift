import Glibc

/// A command, down to everything its process starts with. Nothing else of ours reaches it: no other variable, no
/// descriptor beyond the three streams, no signal disposition, and the limits of before we changed our own.
package struct Launch: Sendable {
    package enum Program: Sendable, Hashable {
        /// An absolute path, run as it is at that moment.
        case path([UInt8])
        /// The same, and only where it is still that file. A program then runs from the file that was checked; a script
        /// is opened again by its interpreter, by its path.
        case pinned([UInt8], device: UInt64, inode: UInt64)
        /// An open file. A script keeps the descriptor and sees itself as `/dev/fd/N`.
        case descriptor(Int32)
    }

    package enum Directory: Sendable, Hashable {
        case ours
        case path([UInt8])
        case descriptor(Int32)
    }

    package enum Input: Sendable {
        /// `/dev/null`
        case nothing
        case bytes([UInt8])
        case inherited
        /// Written through `ChildProcess.channel`.
        case channel
        case descriptor(Int32)
    }

    package enum Output: Sendable {
        /// `/dev/null`
        case discarded
        /// The first `head` bytes and the last `tail`; what lies between is counted.
        case captured(head: Int, tail: Int)
        case inherited
        /// Lines of `ChildProcess.channel` (standard output) or `errorChannel` (standard error).
        case channel
        case descriptor(Int32)
    }

    package enum Session: Sendable, Hashable {
        /// No controlling terminal, out of reach of its signals.
        case own
        case ownGroup
        /// Our terminal, our group: for a command that the person at the terminal talks to.
        case ours
    }

    /// What becomes of descendants that outlive the command.
    package enum Leftovers: Sendable, Hashable {
        case killed
        /// They stay as they would without us. Stopping still kills everything.
        case kept
    }

    package struct ResourceLimit: Sendable, Hashable {
        /// `RLIMIT_…` as a number.
        package let resource: Int32
        package let soft: UInt64
        package let hard: UInt64

        package init(resource: Int32, soft: UInt64, hard: UInt64) {
            self.resource = resource
            self.soft = soft
            self.hard = hard
        }

        package static func openFiles(_ count: UInt64) -> Self { Self(resource: 7, soft: count, hard: count) }
        package static func processorSeconds(_ count: UInt64) -> Self { Self(resource: 0, soft: count, hard: count) }
        package static func fileSize(_ bytes: UInt64) -> Self { Self(resource: 1, soft: bytes, hard: bytes) }
        package static func addressSpace(_ bytes: UInt64) -> Self { Self(resource: 9, soft: bytes, hard: bytes) }
    }

    package var program: Program
    /// The whole argv: the first is what the program takes for its own name.
    package var arguments: [[UInt8]]
    /// `NAME=value`, exactly this and no more.
    package var environment: [[UInt8]]
    package var directory: Directory
    package var input: Input = .nothing
    package var output: Output = .captured(head: 1 << 20, tail: 1 << 20)
    package var error: Output = .captured(head: 1 << 20, tail: 1 << 20)
    package var session: Session = .own
    package var leftovers: Leftovers = .killed
    package var umask: UInt32?
    package var resourceLimits: [ResourceLimit] = []
    /// Setuid programs get no rights below this (and can always be killed).
    package var forbidsNewPrivileges = false
    /// Of the command and all that it starts.
    package var sandbox: Sandbox?
    /// From the start; goes on while the machine sleeps. Then the command is stopped.
    package var timeLimit: Duration?
    /// Between asking to end and killing.
    package var grace: Duration = .seconds(2)
    package var lineLimits = LineChannel.Limits()

    package init(program: Program, arguments: [[UInt8]], environment: [[UInt8]], directory: Directory) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
    }

    /// An absolute path, the arguments after the name, variables and a directory, for when all of it is text.
    package init(
        _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:], directory: String? = nil
    ) {
        self.init(
            program: .path(Array(executable.utf8)),
            arguments: ([executable] + arguments).map { Array($0.utf8) },
            environment: environment.sorted { $0.key < $1.key }.map { Array("\($0.key)=\($0.value)".utf8) },
            directory: directory.map { .path(Array($0.utf8)) } ?? .ours)
    }
}
