import CPlatform
import Glibc

/// Who descends from whom, as `/proc` tells.
///
/// Every answer was found twice in a row before it is given, and processes are compared with their start, so a pid that
/// is used again in between is noticed. What cannot be found out is an error and never an answer: refuse then.
package enum ProcessTree {
    package enum Failure: Error, Sendable, Hashable {
        /// No such process, or not that one any more.
        case gone(pid: Int32)
        /// Its parent is somewhere that cannot be seen from here.
        case parentOutsideNamespace(pid: Int32)
        /// The tree did not stay still while it was looked at.
        case unsettled(pid: Int32)
        /// There is no ancestor of the kind that was looked for.
        case noSuchAncestor(pid: Int32)
        case unreadable(pid: Int32, SystemError)
    }

    /// What `/proc/<pid>/stat` says.
    package struct Entry: Sendable, Hashable {
        package let identity: ProcessIdentity
        package let parent: Int32
        package let group: Int32
        package let session: Int32
        /// As the process calls itself: it can choose.
        package let name: [UInt8]
        /// It has ended and waits to be reaped.
        package let isZombie: Bool

        package var pid: Int32 { identity.pid }
    }

    package static func entry(of pid: Int32) throws(Failure) -> Entry {
        guard pid > 0 else { throw .gone(pid: pid) }
        let text: [UInt8]
        do throws(FileError) {
            text = try SmallFile.read("/proc/\(pid)/stat", limit: 4096)
        } catch {
            switch error.reason {
            case .notFound: throw .gone(pid: pid)
            case .system(let cause) where cause.number == ESRCH: throw .gone(pid: pid)
            case .system(let cause): throw .unreadable(pid: pid, cause)
            default: throw .unreadable(pid: pid, SystemError(EACCES, "read"))
            }
        }
        guard let entry = parse(text), entry.pid == pid else {
            throw .unreadable(pid: pid, SystemError(EPROTO, "stat"))
        }
        return entry
    }

    package static func identity(of pid: Int32) throws(Failure) -> ProcessIdentity { try entry(of: pid).identity }

    /// Readable once that very process has ended. Nil where it has ended already, or cannot be seen.
    package static func descriptor(of process: ProcessIdentity) -> OwnedDescriptor? {
        let number = platform_open_pidfd(process.pid)
        guard number >= 0 else { return nil }
        let descriptor = OwnedDescriptor(number)
        // The number may have been another's when it was opened, and not after.
        return isAlive(process) ? descriptor : nil
    }

    package static func isAlive(_ process: ProcessIdentity) -> Bool {
        // Nothing is decided by it: whether someone is still there is asked again where it matters.
        (try? entry(of: process.pid)).map { $0.identity == process && !$0.isZombie } ?? false
    }

    /// From the process up to the topmost that can be seen, which is pid 1 or, where pid 1 is hidden, one of its
    /// children.
    package static func ancestry(of process: ProcessIdentity) throws(Failure) -> [Entry] {
        try ancestry(of: process) { _ in false }
    }

    /// The same up to the first ancestor that `isLast`, where there is one: what stands above it is not looked at.
    private static func ancestry(
        of process: ProcessIdentity, upTo isLast: (Entry) -> Bool
    ) throws(Failure) -> [Entry] {
        var last: [ProcessIdentity]?
        for _ in 0..<16 {
            do throws(Failure) {
                let chain = try walk(from: process, upTo: isLast)
                let identities = chain.map(\.identity)
                if identities == last { return chain }
                last = identities
            } catch {
                switch error {
                // An ancestor ended on the way; its children have another parent now.
                case .gone(let pid) where pid != process.pid: last = nil
                case .unsettled: last = nil
                case .gone, .parentOutsideNamespace, .noSuchAncestor, .unreadable: throw error
                }
            }
        }
        throw .unsettled(pid: process.pid)
    }

    /// Whether `process` is `ancestor` or descends from it.
    package static func isAtOrBelow(
        _ process: ProcessIdentity, ancestor: ProcessIdentity
    ) throws(Failure) -> Bool {
        try ancestry(of: process).contains { $0.identity == ancestor }
    }

    /// The same by number. The process must be there; who it is, is settled by what is found first.
    package static func isAtOrBelow(_ pid: Int32, ancestor: ProcessIdentity) throws(Failure) -> Bool {
        try isAtOrBelow(identity(of: pid), ancestor: ancestor)
    }

    /// From the process up to its first ancestor for which `matches`. pid 1 is nobody's.
    package static func path(
        from process: ProcessIdentity, toFirst matches: (Entry) -> Bool
    ) throws(Failure) -> [Entry] {
        // Each is asked about once, however often the tree is walked.
        var answers: [(of: ProcessIdentity, matches: Bool)] = []
        func answer(_ entry: Entry) -> Bool {
            guard entry.pid != 1, entry.identity != process else { return false }
            if let known = answers.first(where: { $0.of == entry.identity }) { return known.matches }
            let found = matches(entry)
            answers.append((entry.identity, found))
            return found
        }
        let path = try ancestry(of: process, upTo: answer)
        guard let found = path.last, answer(found) else { throw .noSuchAncestor(pid: process.pid) }
        return path
    }

    /// Up to the first ancestor that is neither a shell nor called one of `names`. A process that calls itself a shell is
    /// passed over, so what is found lies higher and covers more.
    package static func path(
        from process: ProcessIdentity, toFirstNeitherShellNorNamed names: [String]
    ) throws(Failure) -> [Entry] {
        let passed = (shells + names).map { Array($0.utf8) }
        return try path(from: process) { entry in
            // Longer names are cut to 15 bytes by the kernel.
            if passed.contains(where: { Array($0.prefix(15)) == entry.name }) { return false }
            // Unreadable where the process is private or another's; then its name has to do.
            guard let executable = try? executablePath(of: entry.identity) else { return true }
            let name = executable.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? []
            return !passed.contains(name)
        }
    }

    /// The first, from the parent of `process` on, that is neither a shell nor called one of `names`.
    package static func firstAncestor(
        of process: ProcessIdentity, neitherShellNorNamed names: [String]
    ) throws(Failure) -> Entry {
        let path = try path(from: process, toFirstNeitherShellNorNamed: names)
        return path[path.count - 1]
    }

    /// Names of programs whose business is to start others.
    package static let shells = [
        "sh", "bash", "dash", "ash", "zsh", "fish", "ksh", "ksh93", "mksh", "csh", "tcsh", "nu", "elvish", "xonsh",
        "pwsh",
    ]

    /// What the process runs. ` (deleted)` follows where the file is gone.
    package static func executablePath(of process: ProcessIdentity) throws(Failure) -> [UInt8] {
        var number: Int32 = 0
        let link = Array("/proc/\(process.pid)/exe".utf8)
        let path = readPath { buffer, capacity in
            let count = withPath(link) { platform_read_link_at(AT_FDCWD, $0, buffer, capacity) }
            if count < 0 { number = Int32(count) }
            return count
        }
        guard let path else {
            if number == -ENOENT || number == -ESRCH { throw .gone(pid: process.pid) }
            throw .unreadable(pid: process.pid, SystemError(number, "readlink"))
        }
        // Was it still the same process when the link was read?
        guard try identity(of: process.pid) == process else { throw .gone(pid: process.pid) }
        return path
    }

    private static func walk(
        from process: ProcessIdentity, upTo isLast: (Entry) -> Bool
    ) throws(Failure) -> [Entry] {
        var chain: [Entry] = []
        var entry = try entry(of: process.pid)
        guard entry.identity == process else { throw .gone(pid: process.pid) }
        while true {
            chain.append(entry)
            if entry.pid == 1 || isLast(entry) { return chain }
            guard entry.parent > 0 else { throw .parentOutsideNamespace(pid: entry.pid) }
            let parent: Entry
            do throws(Failure) {
                parent = try Self.entry(of: entry.parent)
            } catch {
                // Mounted with hidepid, /proc shows the processes of others to nobody.
                if entry.parent == 1 { return chain }
                throw error
            }
            // A parent is older than its child; a younger one has been given the number since. The second walk,
            // which finds the new parent, settles it.
            guard parent.identity.startTicks <= entry.identity.startTicks, chain.count < 100_000 else {
                throw .unsettled(pid: process.pid)
            }
            entry = parent
        }
    }

    /// `pid (name) state parent group session …`. The name may hold blanks, parentheses and line feeds, so the last
    /// parenthesis ends it: no later field has one.
    static func parse(_ text: [UInt8]) -> Entry? {
        guard let open = text.firstIndex(of: UInt8(ascii: "(")), let close = text.lastIndex(of: UInt8(ascii: ")")),
            open < close, let pid = Int32(ascii: text[..<open].filter { $0 != UInt8(ascii: " ") })
        else { return nil }
        let fields = text[(close + 1)...].split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        // Field 3 of proc(5) is the first here.
        guard fields.count > 19, let parent = Int32(ascii: fields[1]), let group = Int32(ascii: fields[2]),
            let session = Int32(ascii: fields[3]), let start = UInt64(ascii: fields[19])
        else { return nil }
        return Entry(
            identity: ProcessIdentity(pid: pid, startTicks: start), parent: parent, group: group, session: session,
            name: Array(text[(open + 1)..<close]),
            isZombie: fields[0].elementsEqual("Z".utf8) || fields[0].elementsEqual("X".utf8))
    }
}

extension FixedWidthInteger {
    fileprivate init?(ascii: some Collection<UInt8>) { self.init(String(decoding: ascii, as: UTF8.self)) }
}

extension ProcessTree.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .gone(let pid): "process \(pid) has ended"
        case .parentOutsideNamespace(let pid): "the parent of process \(pid) cannot be seen from here"
        case .unsettled(let pid): "the ancestors of process \(pid) did not stay the same while they were looked at"
        case .noSuchAncestor(let pid): "process \(pid) has no ancestor of that kind"
        case .unreadable(let pid, let error): "process \(pid) cannot be looked at: \(error)"
        }
    }
}
