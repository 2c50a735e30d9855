import HITLCore

extension Surroundings {
    enum Purpose { case reading, changing }

    /// Resolves a path of a call, notes what a person has to know of it, and lets it pass only beneath the workspace.
    ///
    /// - Returns: where it leads, and its way beneath the workspace.
    func enter(
        _ given: String, to purpose: Purpose, noting inspection: inout Inspection,
        last: ResolvedPath.LastComponent = .followed, reach: GateFiles.Reach = .itself
    ) throws(Obstacle) -> (path: ResolvedPath, relative: String) {
        let path = try workspace.resolve(given, last: last)
        inspection.note(path)
        inspection.touch(gateFiles.touched(by: path.absolute, reach: reach))
        if given.utf8.first == UInt8(ascii: "~") || given.utf8.contains(UInt8(ascii: "$")) {
            inspection.warnings.append("`~` and `$` in a path stand for themselves; nothing is put in their place")
        }
        let relative = try workspace.relative(path)
        switch purpose {
        case .reading: break
        case .changing:
            guard relative != "." else { throw .workspaceItself }
            if path.goesThroughLink {
                inspection.warnings.append("`\(given)` leads through a symbolic link to `\(path.absolute)`")
            }
        }
        return (path, relative)
    }

    /// All that a person has to know of a call that only reads there.
    func inspectReading(_ path: String) -> Inspection {
        var inspection = Inspection()
        inspection.attempt { inspection throws(Obstacle) in
            _ = try enter(path, to: .reading, noting: &inspection)
        }
        return inspection
    }
}
