/// What a command would do, found out from its text alone.
///
/// Everything that is not proven harmless asks: an unknown program, an unknown option, anything that only a shell
/// could work out. Guesses about what a word may become are used to refuse, never to allow.
package struct CommandAnalysis: Sendable, Equatable {
    /// A simple command without the wrappers in front of it.
    package struct Segment: Sendable, Equatable {
        package let arguments: [[UInt8]]
        /// The wrappers it was taken out of, outermost first: `sudo`, `xargs`, `sh -c`.
        package let via: [String]
        package let isHarmless: Bool
    }

    /// A path that the command touches, as far as it can be seen.
    package struct Path: Sendable, Equatable, Hashable {
        /// As written, after dequoting.
        package let bytes: [UInt8]
        package let access: PathAccess
        /// The directory that it starts from when it is relative; nil where it is not known.
        package let directory: String?
    }

    package internal(set) var segments: [Segment] = []
    package internal(set) var findings: [Finding] = []
    package internal(set) var paths: [Path] = []
    package internal(set) var hosts: [[UInt8]] = []
    /// The programs that would be started, the wrappers too, as they are written.
    package internal(set) var programs: [[UInt8]] = []
    /// What could not be analysed, in our own words.
    package internal(set) var doubts: [String] = []
    /// Commands that start another one which is judged in their place: `sudo git push`, whole.
    package internal(set) var wrappings: [[[UInt8]]] = []
    /// What the commands do that does not stand in their words: variables that they are given, files that their output
    /// goes to, programs that run them as somebody else or somewhere else.
    package internal(set) var surplus: [String] = []
    /// Every command only reads, in the workspace, with known options.
    package internal(set) var isHarmless = false
    /// The same where git's own commands count as reading: true only of a git that is run confined.
    package internal(set) var isHarmlessWithConfinedGit = false
    /// Every command is harmless but for queries to databases that only read.
    package internal(set) var onlyReadsDatabases = false
    /// The narrowest in which the command could do no harm: builds, tests, formatters. Nil where none helps.
    package internal(set) var confinement: Confinement?
    package internal(set) var reversibility = Reversibility.readOnly

    /// Refused, a question, or nil where the analysis has no objection.
    package var effect: Effect? {
        findings.reduce(isHarmless ? nil : .ask) { strictest, finding in
            guard let effect = finding.effect else { return strictest }
            return strictest.map { min($0, effect) } ?? effect
        }
    }

    /// Analyses what a shell would be given.
    package static func of(line: [UInt8], in surroundings: PathSurroundings = PathSurroundings()) -> CommandAnalysis {
        var judge = CommandJudge(surroundings: surroundings)
        judge.judge(line: line)
        return judge.result()
    }

    package static func of(line: String, in surroundings: PathSurroundings = PathSurroundings()) -> CommandAnalysis {
        of(line: Array(line.utf8), in: surroundings)
    }

    /// Analyses a program and its arguments, which no shell sees.
    package static func of(
        argv: [[UInt8]], in surroundings: PathSurroundings = PathSurroundings()
    ) -> CommandAnalysis {
        var judge = CommandJudge(surroundings: surroundings)
        judge.judge(argv: argv)
        return judge.result()
    }
}
