import Glibc

/// Lines kept across sessions, shared by all of them that run at the same time.
///
/// One entry a line, oldest first; a backslash is `\\`, a line feed `\n`, a carriage return `\r`. Each entry is
/// one appending write under a lock: libedit's own way of saving rewrites the file, and of four sessions at
/// once three lose everything. Mode 0600.
package struct HistoryFile {
    package let path: String
    /// Entries that a reader gets. The file is cut back to so many when it holds twice as many.
    package let capacity: Int

    package init(path: String, capacity: Int = 1000) {
        self.path = path
        self.capacity = capacity
    }

    /// Oldest first, nothing where there is no file. An entry that is not UTF-8 or was cut short by a full disk
    /// is passed over.
    package func load() -> [String] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        return Self.entries(of: Self.contents(of: descriptor)).suffix(capacity)
    }

    /// False where it could not be written; the line is then only not remembered.
    @discardableResult
    package func append(_ line: String) -> Bool {
        guard let descriptor = openLocked() else { return false }
        defer { close(descriptor) }
        let entry = Array((Self.escape(line) + "\n").utf8)
        guard write(descriptor, entry, entry.count) == entry.count else { return false }
        compact(descriptor)
        return true
    }

    /// Open for appending and locked. Another session may have replaced the file between the two.
    private func openLocked() -> Int32? {
        while true {
            let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { return nil }
            guard flock(descriptor, LOCK_EX) == 0 else {
                close(descriptor)
                if errno == EINTR { continue }
                return nil
            }
            var opened = stat()
            var present = stat()
            if fstat(descriptor, &opened) == 0, stat(path, &present) == 0,
                opened.st_ino == present.st_ino, opened.st_dev == present.st_dev
            {
                return descriptor
            }
            close(descriptor)
        }
    }

    /// Writes the newest entries to a new file and puts it in the place of this one, whose lock is held.
    private func compact(_ descriptor: Int32) {
        // An entry is short; a file this small needs no counting.
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > capacity * 8 else { return }
        let entries = Self.entries(of: Self.contents(of: descriptor))
        guard entries.count > capacity * 2 else { return }
        let kept = Array(entries.suffix(capacity).map { Self.escape($0) + "\n" }.joined().utf8)

        let replacement = path + ".new"
        let new = open(replacement, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard new >= 0 else { return }
        defer { close(new) }
        // The new file is locked before it has the name, so that nobody appends between the two.
        guard flock(new, LOCK_EX) == 0, write(new, kept, kept.count) == kept.count else {
            unlink(replacement)
            return
        }
        rename(replacement, path)
    }

    private static func contents(of descriptor: Int32) -> [UInt8] {
        var contents: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        lseek(descriptor, 0, SEEK_SET)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return contents }
            contents.append(contentsOf: chunk[..<count])
        }
    }

    private static func entries(of contents: [UInt8]) -> [String] {
        contents.split(separator: UInt8(ascii: "\n")).compactMap { String(validating: $0, as: UTF8.self) }
            .map(unescape)
    }

    static func escape(_ line: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in line.unicodeScalars {
            switch scalar {
            case "\\": escaped.append(contentsOf: "\\\\".unicodeScalars)
            case "\n": escaped.append(contentsOf: "\\n".unicodeScalars)
            case "\r": escaped.append(contentsOf: "\\r".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    static func unescape(_ entry: String) -> String {
        var line = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in entry.unicodeScalars {
            if isEscaped {
                line.append(scalar == "n" ? "\n" : scalar == "r" ? "\r" : scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else {
                line.append(scalar)
            }
        }
        return String(line)
    }
}
