import HITLCore

extension Inspection {
    /// Notes where the files that a call names lead, where that is elsewhere than they say.
    ///
    /// For calls that others carry out: they may find another link there by then, which nobody can help.
    mutating func follow(_ call: ToolCall, _ analysis: CallAnalysis, in place: Surroundings) {
        let directory = call.directory ?? place.workspace.path
        var seen: [String] = []
        for path in analysis.paths {
            guard let written = path.absolute, !seen.contains(where: { $0.utf8.elementsEqual(written.utf8) }) else {
                continue
            }
            guard seen.count < Self.mostFollowed else {
                return warnings.append(
                    "it names more than \(Self.mostFollowed) files; where the others lead is not known")
            }
            seen.append(written)
            do throws(Obstacle) {
                // `..` behind a link is the parent of where that leads, so what was written is followed, not what it
                // seems to mean; but nobody writes `~` into a path that is opened.
                let isPlain = path.given.utf8.first == UInt8(ascii: "/") || written.utf8.starts(with: directory.utf8)
                let resolved = try ResolvedPath.resolve(
                    isPlain && path.given.utf8.first != UInt8(ascii: "~") ? path.given : written,
                    from: path.directory ?? directory)
                guard !resolved.absolute.utf8.elementsEqual(written.utf8) else { continue }
                note(resolved)
                touch(place.gateFiles.touched(by: resolved.absolute, reach: .itself))
            } catch {
                warnings.append("where a file leads that it names cannot be found out: \(error)")
            }
        }
    }

    private static let mostFollowed = 64
}
