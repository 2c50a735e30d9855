/// Which files a patch is for: the names stand in its text and nowhere else.
///
///     *** Begin Patch                 diff --git a/src/a.ts b/src/a.ts
///     *** Update File: src/a.ts       --- a/src/a.ts
///     *** Move to: src/b.ts           +++ b/src/a.ts
///
/// A line that only looks like a name is taken for one: that adds, and takes nothing away.
struct PatchText {
    private(set) var written: [String] = []
    private(set) var removed: [String] = []
    /// There are more of them than are looked at.
    private(set) var isTooLong = false

    private static let mostNames = 128

    /// Whether the text is a patch by its form.
    static func isPatch(_ text: String) -> Bool {
        let bytes = text.utf8
        return ["*** ", "diff --git ", "--- ", "Index: "].contains { mark in
            bytes.starts(with: mark.utf8) || text.holds("\n" + mark)
        }
    }

    init(_ text: String) {
        for line in text.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            guard let first = line.first, "*-+drcI".utf8.contains(first) else { continue }
            read(line)
            guard written.count + removed.count < Self.mostNames else {
                isTooLong = true
                return
            }
        }
    }

    private mutating func read(_ line: Substring.UTF8View) {
        for mark in ["*** Add File:", "*** Update File:", "*** Move to:", "rename to ", "copy to ", "Index: "]
        where line.starts(with: mark.utf8) {
            return note(line.dropFirst(mark.utf8.count), asRemoved: false)
        }
        for mark in ["*** Delete File:", "rename from "] where line.starts(with: mark.utf8) {
            return note(line.dropFirst(mark.utf8.count), asRemoved: true)
        }
        if line.starts(with: "+++ ".utf8) || line.starts(with: "--- ".utf8) {
            return note(line.dropFirst(4).prefix { $0 != 0x09 }, asRemoved: false)
        }
        guard line.starts(with: "diff --git ".utf8) else { return }
        for name in line.dropFirst(11).split(separator: 0x20) { note(name, asRemoved: false) }
    }

    private mutating func note(_ text: Substring.UTF8View, asRemoved: Bool) {
        var name = text.drop { $0 == 0x20 || $0 == UInt8(ascii: "\"") }
        while let last = name.last, last == 0x20 || last == UInt8(ascii: "\"") { name = name.dropLast() }
        guard !name.isEmpty, !name.elementsEqual("/dev/null".utf8) else { return }
        add(name, asRemoved)
        // git writes `a/` and `b/` before the name, and a folder may be called so too.
        if name.starts(with: "a/".utf8) || name.starts(with: "b/".utf8), name.count > 2 {
            add(name.dropFirst(2), asRemoved)
        }
    }

    private mutating func add(_ name: Substring.UTF8View, _ asRemoved: Bool) {
        let path = String(decoding: name, as: UTF8.self)
        if asRemoved {
            if !removed.contains(where: { $0.utf8.elementsEqual(path.utf8) }) { removed.append(path) }
        } else if !written.contains(where: { $0.utf8.elementsEqual(path.utf8) }) {
            written.append(path)
        }
    }
}
