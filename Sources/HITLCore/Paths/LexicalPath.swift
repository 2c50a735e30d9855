/// A path read as text, component by component, the way a file system would walk it without looking at any link.
///
/// Links are followed elsewhere and arrive as facts; this says what the written path claims, so that
/// `docs/../../.ssh` and `/proc/self/root/etc` are seen for what they are.
package struct LexicalPath: Sendable, Equatable {
    package enum Anchor: Sendable, Equatable {
        case root
        /// The operator's home, where its path is not known.
        case home
        /// The directory of the call, where its path is not known.
        case directory
        /// What a variable holds, or what another notation means.
        case unknown
    }

    package let anchor: Anchor
    /// Without `.` and `..`, as they were written.
    package let components: [[UInt8]]
    /// How many `..` lead out of an anchor that is not the root.
    package let climbs: Int

    package init(anchor: Anchor, components: [[UInt8]], climbs: Int = 0) {
        self.anchor = anchor
        self.components = components
        self.climbs = climbs
    }

    /// The path that `written` means for a call that runs in the surroundings' directory.
    package init(_ written: some Sequence<UInt8>, in surroundings: PathSurroundings = PathSurroundings()) {
        let bytes = Array(written)
        var way = PathWay(surroundings: surroundings)
        way.walk(bytes)
        self.init(anchor: way.anchor, components: way.components, climbs: way.climbs)
    }

    /// Whether it is `root` or lies beneath it: `/site/app-evil` is not beneath `/site/app`.
    package func isBeneath(_ root: LexicalPath) -> Bool {
        guard anchor == root.anchor, climbs == 0, root.climbs == 0, root.components.count <= components.count else {
            return false
        }
        return zip(root.components, components).allSatisfy { $0 == $1 }
    }

    /// For showing and comparing; `~` and `.` stand for directories that are not known.
    package var text: String {
        let names = components.map { String(decoding: $0, as: UTF8.self) }
        let up = [String](repeating: "..", count: climbs)
        return switch anchor {
        case .root: "/" + names.joined(separator: "/")
        case .home: (["~"] + up + names).joined(separator: "/")
        case .directory: climbs + names.count == 0 ? "." : (up + names).joined(separator: "/")
        case .unknown: (["?"] + up + names).joined(separator: "/")
        }
    }
}

/// What paths of a call are relative to, as far as it is known.
package struct PathSurroundings: Sendable, Equatable {
    /// Absolute path of the directory that the call runs in.
    package let directory: String?
    /// What the agent works in; the directory of the call where nothing else is said.
    package let workspace: String?
    package let home: String?
    /// The gate's own files and directories, absolute.
    package let gateFiles: [String]

    package init(
        directory: String? = nil, workspace: String? = nil, home: String? = nil, gateFiles: [String] = []
    ) {
        self.directory = directory
        self.workspace = workspace ?? directory
        self.home = home
        self.gateFiles = gateFiles
    }
}

/// The walk along a written path.
private struct PathWay {
    let surroundings: PathSurroundings
    private(set) var anchor = LexicalPath.Anchor.directory
    private(set) var components: [[UInt8]] = []
    private(set) var climbs = 0

    init(surroundings: PathSurroundings) { self.surroundings = surroundings }

    mutating func walk(_ bytes: [UInt8]) {
        var rest = bytes[...]
        start(&rest)
        for component in rest.split(separator: UInt8(ascii: "/")) { step(component) }
    }

    private mutating func start(_ rest: inout ArraySlice<UInt8>) {
        if rest.first == UInt8(ascii: "/") { return set(.root) }
        let first = rest.prefix { $0 != UInt8(ascii: "/") }
        if let place = HomeNotation.place(of: first) {
            rest = rest.dropFirst(first.count)
            switch place {
            case .home(let below):
                if let home = surroundings.home { absolute(home) } else { set(.home) }
                components += below
            case .user(let name): set(.root, [Array("home".utf8), name])
            case .directory: toDirectory()
            case .temporary: set(.root, [Array("tmp".utf8)])
            case .unknown: set(.unknown)
            }
            return
        }
        toDirectory()
    }

    private mutating func set(_ anchor: LexicalPath.Anchor, _ components: [[UInt8]] = []) {
        self.anchor = anchor
        self.components = components
        climbs = 0
    }

    private mutating func absolute(_ path: String) {
        set(.root, path.utf8.split(separator: UInt8(ascii: "/")).map(Array.init))
    }

    private mutating func toDirectory() {
        if let directory = surroundings.directory { absolute(directory) } else { set(.directory) }
    }

    private mutating func step(_ component: ArraySlice<UInt8>) {
        if component.elementsEqual(".".utf8) { return }
        if component.elementsEqual("..".utf8) {
            if components.popLast() == nil, anchor != .root { climbs += 1 }
            return
        }
        components.append(Array(component))
        leaveMagicLink()
    }

    /// `/proc/self/root` is `/` again, `/proc/self/cwd` the working directory; macOS keeps `/etc` in `/private`.
    private mutating func leaveMagicLink() {
        guard anchor == .root, let last = components.last else { return }
        if components.count == 2, components[0].elementsEqual("private".utf8),
            ["etc", "var", "tmp"].contains(where: { last.elementsEqual($0.utf8) })
        {
            components.removeFirst()
            return
        }
        guard components.count == 3 || components.count == 5, components[0].elementsEqual("proc".utf8),
            components.count == 3 || components[2].elementsEqual("task".utf8)
        else { return }
        let process = components[1]
        let isOwn = process.elementsEqual("self".utf8) || process.elementsEqual("thread-self".utf8)
        guard isOwn || process.allSatisfy({ (0x30...0x39).contains($0) }) else { return }
        if last.elementsEqual("root".utf8) { components = [] }
        if last.elementsEqual("cwd".utf8) { if isOwn { toDirectory() } else { set(.unknown) } }
    }
}
