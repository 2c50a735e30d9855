import HITLCore

/// What is no longer as it was shown, in words.
enum Changes {
    static func between(_ shown: Facts, _ now: Facts) -> [String] {
        let changes =
            commandChanges(shown.command, now.command) + pathChanges(shown.paths, now.paths)
            + pinChanges(shown.pins, now.pins) + gateFileChanges(shown.gateFiles, now.gateFiles)
        guard changes.isEmpty else { return changes }
        // What follows is said only where it is not explained by what came before.
        let other = otherPins(shown.pins, now.pins)
        guard other.isEmpty else { return other }
        if shown.preview.map({ Array($0.utf8) }) != now.preview.map({ Array($0.utf8) }) {
            return ["what it would do is no longer what was shown"]
        }
        let fresh = now.warnings.filter { warning in
            !shown.warnings.contains { $0.utf8.elementsEqual(warning.utf8) }
        }
        return fresh.map { "since it was shown: \($0)" }
    }

    private static func commandChanges(_ shown: Facts.Command?, _ now: Facts.Command?) -> [String] {
        switch (shown, now) {
        case (nil, nil): []
        case (let shown?, let now?):
            if !shown.executable.utf8.elementsEqual(now.executable.utf8) {
                ["the executable was `\(shown.executable)` and now is `\(now.executable)`"]
            } else if shown.argv.elementsEqual(now.argv, by: { $0.utf8.elementsEqual($1.utf8) }) {
                []
            } else {
                ["the command is not the one that was shown"]
            }
        case (nil, .some): ["there is a command now that was not shown"]
        case (let shown?, nil): ["the executable `\(shown.executable)` is gone"]
        }
    }

    private static func pathChanges(_ shown: [Facts.ResolvedPath], _ now: [Facts.ResolvedPath]) -> [String] {
        let fresh = now.filter { path in !shown.contains { $0.isSame(as: path) } }
        var gone = shown.filter { path in !now.contains { $0.isSame(as: path) } }
        let changes = fresh.map { path -> String in
            let before = gone.firstIndex { $0.given.utf8.elementsEqual(path.given.utf8) }.map { gone.remove(at: $0) }
            guard let before else { return "`\(path.given)` now leads to `\(path.resolved)`" }
            return "`\(path.given)` led to `\(before.resolved)` and now leads to `\(path.resolved)`"
        }
        return changes + gone.map { "`\($0.given)` no longer leads to `\($0.resolved)`" }
    }

    private static func pinChanges(_ shown: [Facts.Pin], _ now: [Facts.Pin]) -> [String] {
        shown.compactMap { pin in
            let state = now.first { $0.path.utf8.elementsEqual(pin.path.utf8) }?.state
            return state.flatMap { change(of: pin.path, from: pin.state, to: $0) }
        }
    }

    private static func otherPins(_ shown: [Facts.Pin], _ now: [Facts.Pin]) -> [String] {
        func missing(_ pins: [Facts.Pin], in others: [Facts.Pin]) -> [Facts.Pin] {
            pins.filter { pin in !others.contains { $0.path.utf8.elementsEqual(pin.path.utf8) } }
        }
        return missing(shown, in: now).map { "`\($0.path)` is gone" }
            + missing(now, in: shown).map { "it now depends on `\($0.path)`, which was not shown" }
    }

    private static func change(of path: String, from shown: Facts.Pin.State, to now: Facts.Pin.State) -> String? {
        guard shown != now else { return nil }
        return switch (shown, now) {
        case (.absent, _): "`\(path)` did not exist and now does"
        case (_, .absent): "`\(path)` is gone"
        case (.file, .file): "`\(path)` was changed"
        case (.symbolicLink, .symbolicLink): "the symbolic link `\(path)` was changed"
        case (_, .symbolicLink): "`\(path)` has become a symbolic link"
        case (_, .directory): "`\(path)` has become a directory"
        case (_, .file): "`\(path)` has become a file"
        case (_, .unreadable): "`\(path)` can no longer be read"
        }
    }

    private static func gateFileChanges(_ shown: [String], _ now: [String]) -> [String] {
        now.filter { file in !shown.contains { $0.utf8.elementsEqual(file.utf8) } }
            .map { "it would now touch `\($0)`, which belongs to the gate" }
    }
}

extension Facts.ResolvedPath {
    fileprivate func isSame(as other: Facts.ResolvedPath) -> Bool {
        given.utf8.elementsEqual(other.given.utf8) && resolved.utf8.elementsEqual(other.resolved.utf8)
    }
}
