/// One reading of a path, looked up.
struct PathSight {
    private(set) var classes: [SensitivePath] = []
    private(set) var classesBeneath: [SensitivePath] = []
    let place: PathAnalysis.Place

    init(_ reading: [UInt8], in surroundings: PathSurroundings) {
        let path = LexicalPath(reading, in: surroundings)
        let workspace = surroundings.workspace.map { LexicalPath($0.utf8) }
        let home = surroundings.home.map { LexicalPath($0.utf8) }
        place = Self.place(of: path, workspace: workspace, home: home)

        let index = SensitivePathIndex.shared
        let names = path.components.map { index.expanded(FoldedName.folded($0)) }
        // Enough steps up from a directory that is not known end at the root.
        let isRooted = path.anchor == .root || path.anchor == .unknown || path.climbs > 0
        let homes = Self.homes(in: path, names: names, home: home)
        var rows = index.matches(names, isRooted: isRooted, homes: homes)
        if let workspace, path.isBeneath(workspace) { rows = Self.without(rowsOf: workspace, rows, home) }
        classes = Self.refined(rows.map { index.rows[$0].kind }, last: names.last)
        // A relative path that stays where it is cannot hold a home.
        if place != .beneathWorkspace || path.anchor == .root {
            classesBeneath = index.beneath(names, isRooted: isRooted, homes: homes).map { index.rows[$0].kind }
        }
        addGateFiles(path, surroundings.gateFiles)
    }

    private mutating func addGateFiles(_ path: LexicalPath, _ gateFiles: [String]) {
        for file in gateFiles {
            let own = LexicalPath(file.utf8)
            if path.isBeneath(own) { classes.append(.gate) }
            if own.isBeneath(path) { classesBeneath.append(.gate) }
        }
    }

    private static func place(
        of path: LexicalPath, workspace: LexicalPath?, home: LexicalPath?
    ) -> PathAnalysis.Place {
        if let workspace, path == workspace { return .workspace }
        let isTree =
            switch path.anchor {
            case .root:
                path.components.count == 0 || home?.isBeneath(path) ?? false || workspace?.isBeneath(path) ?? false
                    || isHome(path.components) || isTopDirectory(path.components)
            case .home: path.components.isEmpty
            // `..`, and from there up nobody knows what it is.
            case .directory: path.components.isEmpty && path.climbs > 0
            case .unknown: path.components.isEmpty
            }
        if isTree { return .wholeTree }
        if path.anchor == .directory, path.components.isEmpty { return .workspace }
        switch path.anchor {
        case .root: return workspace.map(path.isBeneath) ?? false ? .beneathWorkspace : .outside
        case .home: return .outside
        case .directory: return path.climbs == 0 ? .beneathWorkspace : .outside
        case .unknown: return .unknown
        }
    }

    private static func isHome(_ components: [[UInt8]]) -> Bool {
        switch components.count {
        case 1: components[0].elementsEqual("root".utf8)
        case 2: ["home", "Users"].contains { components[0].elementsEqual($0.utf8) }
        default: false
        }
    }

    /// A directory right below the root is the system's, whatever its name.
    private static func isTopDirectory(_ components: [[UInt8]]) -> Bool {
        components.count == 1
    }

    /// At which component a home begins: its contents stand from there on.
    private static func homes(in path: LexicalPath, names: [[UInt8]], home: LexicalPath?) -> [Int] {
        var homes: [Int] = []
        switch path.anchor {
        case .root:
            if let home, path.isBeneath(home) { homes.append(home.components.count) }
            if names.count >= 1, names[0].elementsEqual("root".utf8) { homes.append(1) }
            if names.count >= 2, ["home", "users"].contains(where: { names[0].elementsEqual($0.utf8) }) {
                homes.append(2)
            }
            if names.count >= 3, names[0].elementsEqual("var".utf8),
                ["home", "root"].contains(where: { names[1].elementsEqual($0.utf8) })
            {
                homes.append(3)
            }
        // Where neither directory nor variable is known, it may be the home.
        case .home, .unknown, .directory: homes.append(0)
        }
        return homes
    }

    /// Whoever works in `/opt/app` or in `~/.config/nvim` may change files there like any others.
    private static func without(rowsOf workspace: LexicalPath, _ rows: [Int], _ home: LexicalPath?) -> [Int] {
        let index = SensitivePathIndex.shared
        let names = workspace.components.map { index.expanded(FoldedName.folded($0)) }
        let own = index.matches(names, isRooted: true, homes: homes(in: workspace, names: names, home: home))
        return rows.filter { row in
            guard own.contains(row) else { return true }
            switch index.rows[row].kind {
            case .systemSettings, .systemPrograms, .agentPermissions, .agentInstructions, .shellStartUp, .persistence,
                .projectExecution, .projectCredentials, .delivery:
                return false
            default: return true
            }
        }
    }

    /// What is more exact stands for what is more general.
    private static func refined(_ kinds: [SensitivePath], last: [UInt8]?) -> [SensitivePath] {
        var found = Set(kinds)
        if found.contains(.harmlessDevice) { found.subtract([.device, .process, .kernel]) }
        if found.contains(.terminal) { found.remove(.device) }
        if let last, isSample(last) { found.subtract([.projectCredentials, .privateKey]) }
        if found.contains(.privateKey) { found.remove(.login) }
        if found.contains(.repositoryHooks) { found.remove(.repository) }
        return Array(found)
    }

    /// `.env.example`, `id_ed25519.pub`: meant to be seen.
    private static func isSample(_ name: [UInt8]) -> Bool {
        [".example", ".sample", ".template", ".dist", ".pub"].contains {
            name.suffix($0.utf8.count).elementsEqual($0.utf8)
        }
    }
}
