import HITLCore

/// What was found out about a call before anybody is asked.
struct Inspection {
    var command: Facts.Command?
    var paths: [Facts.ResolvedPath] = []
    var pins: [Facts.Pin] = []
    var preview: String?
    /// What a person should know and that does not keep the call from running.
    var warnings: [String] = []
    /// What does keep it from running. Shown as warnings too, because what cannot be done asks as well.
    var obstacles: [Obstacle] = []
    var gateFiles: [String] = []
    /// Absolute path that a command runs in.
    var directory: String?

    var facts: Facts {
        Facts(
            command: command, paths: paths, pins: pins, preview: preview,
            warnings: obstacles.map { "it cannot run: \($0)" } + warnings, gateFiles: gateFiles)
    }

    mutating func note(_ path: ResolvedPath) {
        paths.append(Facts.ResolvedPath(given: path.given, resolved: path.absolute))
    }

    mutating func pin(_ path: String, _ state: Facts.Pin.State) {
        if !isPinned(path) { pins.append(Facts.Pin(path: path, state: state)) }
    }

    func isPinned(_ path: String) -> Bool { pins.contains { $0.path.utf8.elementsEqual(path.utf8) } }

    mutating func touch(_ files: [String]) {
        for file in files where !gateFiles.contains(where: { $0.utf8.elementsEqual(file.utf8) }) {
            gateFiles.append(file)
        }
    }

    /// Goes on after an obstacle, so that everything else is shown all the same.
    mutating func attempt(_ step: (inout Inspection) throws(Obstacle) -> Void) {
        do { try step(&self) } catch { obstacles.append(error) }
    }
}
