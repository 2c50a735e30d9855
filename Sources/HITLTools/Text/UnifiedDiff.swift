/// The difference between two texts in the unified format of diff(1).
///
/// Nothing is left out: each changed line stands in it whole, whatever its length.
package enum UnifiedDiff {
    /// - Parameter old: nil where there was no file, `new` where there will be none.
    /// - Returns: the difference without a final line feed; empty where there is none.
    package static func text(from old: [UInt8]?, to new: [UInt8]?, name: String) -> String {
        let before = lines(old ?? [])
        let after = lines(new ?? [])
        let steps = LineDifference.steps(from: before, to: after)
        var text: [UInt8] = []
        text.append(contentsOf: "--- \(old == nil ? "/dev/null" : name)\n".utf8)
        text.append(contentsOf: "+++ \(new == nil ? "/dev/null" : name)\n".utf8)
        let hunks = hunks(of: steps)
        if hunks.isEmpty && (old == nil) == (new == nil) { return "" }
        for hunk in hunks { append(hunk, of: steps, before, after, to: &text) }
        if text.last == lineFeed { text.removeLast() }
        return String(decoding: text, as: UTF8.self)
    }

    /// Each with its line feed, which the last one may lack.
    static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for (place, byte) in bytes.enumerated() where byte == lineFeed {
            lines.append(bytes[start...place])
            start = place + 1
        }
        if start < bytes.count { lines.append(bytes[start...]) }
        return lines
    }

    private static let context = 3
    private static let lineFeed = UInt8(ascii: "\n")

    /// Runs of steps that hold changes with the kept lines around them; changes closer than two contexts share one.
    private static func hunks(of steps: [LineDifference.Step]) -> [Range<Int>] {
        var hunks: [Range<Int>] = []
        for (place, step) in steps.enumerated() where step.kind != .keep {
            let reach = max(0, place - context)..<min(steps.count, place + context + 1)
            if let last = hunks.last, reach.lowerBound <= last.upperBound {
                hunks[hunks.count - 1] = last.lowerBound..<reach.upperBound
            } else {
                hunks.append(reach)
            }
        }
        return hunks
    }

    private static func append(
        _ hunk: Range<Int>, of steps: [LineDifference.Step], _ before: [ArraySlice<UInt8>],
        _ after: [ArraySlice<UInt8>],
        to text: inout [UInt8]
    ) {
        let part = steps[hunk]
        let removed = part.count { $0.kind != .insert }
        let added = part.count { $0.kind != .remove }
        let from = place(part.first?.old ?? 0, removed)
        let to = place(part.first?.new ?? 0, added)
        text.append(contentsOf: "@@ -\(from) +\(to) @@\n".utf8)
        for step in part {
            let line: ArraySlice<UInt8>
            switch step.kind {
            case .keep: (line, _) = (before[step.old], text.append(UInt8(ascii: " ")))
            case .remove: (line, _) = (before[step.old], text.append(UInt8(ascii: "-")))
            case .insert: (line, _) = (after[step.new], text.append(UInt8(ascii: "+")))
            }
            text.append(contentsOf: line)
            if line.last != lineFeed { text.append(contentsOf: "\n\\ No newline at end of file\n".utf8) }
        }
    }

    /// Line numbers count from 1; a part of no lines is named by the line before it; a count of 1 is left out.
    private static func place(_ index: Int, _ count: Int) -> String {
        switch count {
        case 0: "\(index),0"
        case 1: "\(index + 1)"
        default: "\(index + 1),\(count)"
        }
    }
}
