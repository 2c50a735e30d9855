import HITLCore
import HITLGate
import HITLPlatform

/// Finds lines that hold a text. No regular expressions: an agent's pattern could keep one busy for hours.
struct SearchFiles: Tool {
    private let pattern: [UInt8]
    private let path: String
    private let glob: Glob?
    private let ignoresCase: Bool

    init(_ arguments: Arguments) throws(Obstacle) {
        let text = try arguments.required("pattern")
        ignoresCase = arguments.truth("ignoreCase")
        pattern = ignoresCase ? Self.lowercased(Array(text.utf8)) : Array(text.utf8)
        path = arguments.text("path") ?? "."
        glob = arguments.text("glob").map(Glob.init)
    }

    func inspect(in place: Surroundings) async -> Inspection {
        place.inspectReading(path)
    }

    func run(_ errand: Errand, in place: Surroundings) async throws(Obstacle) -> Outcome {
        let relative = try place.workspace.relative(path, shownIn: errand.call)
        var found = Found(limit: place.limits.matches)
        let (files, leftOut, isWhole) = try files(below: relative, in: place)
        for file in files {
            if errand.stop.isRequested { break }
            guard !found.isFull else { break }
            search(file, in: place, &found)
            await Task.yield()
        }
        let isComplete = isWhole && !found.isFull && !errand.stop.isRequested
        return .done(
            "\(plural(found.matches.count, "line")) in \(plural(found.files, "file"))"
                + (isComplete ? "" : ", and not everything was searched")
                + (leftOut > 0 ? "; \(plural(leftOut, "file")) that would be asked about left out" : ""),
            [
                "matches": .array(found.matches), "isWhole": .bool(isComplete),
                "leftOutFiles": leftOut > 0 ? .integer(leftOut) : nil,
                "skippedFiles": found.skipped > 0 ? .integer(found.skipped) : nil,
            ])
    }

    private struct Found {
        let limit: Int
        var matches: [JSONValue] = []
        var files = 0
        /// Binary, too large, unreadable, or with a name that is not UTF-8.
        var skipped = 0

        var isFull: Bool { matches.count >= limit }
    }

    private static let mostFiles = 50_000
    private static let largestFile = 8 << 20
    private static let longestLine = 500

    /// Regular files beneath `relative`, without what git keeps for itself, and without those of which a reading by name
    /// would be asked about: nobody is asked about each of them here. Who wants one names it.
    private func files(
        below relative: String, in place: Surroundings
    ) throws(Obstacle) -> (paths: [String], leftOut: Int, isWhole: Bool) {
        let directory = place.workspace.directory
        let facts = try Obstacle.fromFile { () throws(FileError) in try directory.facts(of: relative) }
        guard facts.kind == .directory else { return ([relative], 0, true) }
        let listing = try Obstacle.fromFile { () throws(FileError) in
            try directory.list(relative, depth: 256, limit: Self.mostFiles)
        }
        let paths = listing.entries.compactMap { entry -> String? in
            guard entry.facts.kind == .file, glob?.matches(entry.path) ?? true,
                !entry.path.split(separator: UInt8(ascii: "/")).contains(where: { $0.elementsEqual(".git".utf8) })
            else { return nil }
            let path = String(decoding: entry.path, as: UTF8.self)
            return relative == "." ? path : relative + "/" + path
        }
        let open = paths.filter { PathAnalysis($0).isOrdinary }
        return (open, paths.count - open.count, listing.isWhole)
    }

    private func search(_ file: String, in place: Surroundings, _ found: inout Found) {
        let bytes: [UInt8]
        do {
            let contents = try place.workspace.directory.read(file, limit: Self.largestFile)
            guard contents.cut == 0, !contents.bytes.prefix(8192).contains(0) else {
                found.skipped += 1
                return
            }
            bytes = contents.bytes
        } catch {
            found.skipped += 1
            return
        }
        let before = found.matches.count
        for (index, line) in lines(of: bytes) where !found.isFull {
            var members: [JSONObject.Member] = [.init("path", .string(file)), .init("line", .integer(index))]
            let shown =
                line.count > Self.longestLine
                ? UTF8Edges.withoutCutEnd(Array(line.prefix(Self.longestLine))) : Array(line)
            members.append(CapturedText.member("text", "base64", shown[...]))
            if shown.count < line.count { members.append(.init("cutBytes", .integer(line.count - shown.count))) }
            found.matches.append(.object(JSONObject(members)))
        }
        if found.matches.count > before { found.files += 1 }
    }

    /// The lines that hold the pattern, counted from 1. An empty pattern is in every line.
    private func lines(of bytes: [UInt8]) -> [(index: Int, line: ArraySlice<UInt8>)] {
        let haystack = ignoresCase ? Self.lowercased(bytes) : bytes
        let isCandidate = pattern.isEmpty || haystack.contains(pattern)
        guard isCandidate else { return [] }
        return UnifiedDiff.lines(bytes).enumerated().compactMap { place, line in
            let text = line.last == UInt8(ascii: "\n") ? line.dropLast() : line
            let isMatch = pattern.isEmpty || Array(haystack[text.indices]).contains(pattern)
            return isMatch ? (place + 1, text) : nil
        }
    }

    /// ASCII letters only, so that lengths stay.
    private static func lowercased(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
    }
}
