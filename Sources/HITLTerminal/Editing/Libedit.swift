import CLibedit
import Glibc

/// libedit's editor: key maps, vi and emacs, kill ring, undo, search, history and `~/.editrc`.
///
/// It edits and does not draw. What it writes is thrown away, and the terminal whose modes it changes is a
/// private one that nobody looks at: its own drawing loses its place with wide characters and notices, and two
/// owners of one terminal's modes undo each other's. It asks for characters in one place, whatever it is
/// doing, and while it asks, its line can be looked at.
///
/// Belongs to one thread.
final class Libedit {
    /// The next character, nil to give up the line.
    var nextCharacter: () -> Unicode.Scalar? = { nil }
    /// TAB.
    var complete: () -> Void = {}
    /// Ctrl-L.
    var clear: () -> Void = {}

    private let editor: OpaquePointer
    private let history: OpaquePointer
    private let sink: UnsafeMutablePointer<FILE>
    private let primary: Int32
    private let replica: Int32

    static let historySize = 1000  // as many as the file gives

    /// `terminal` gives the private one its special characters.
    init(terminal: Int32) throws(TerminalError) {
        var primary: Int32 = -1
        var replica: Int32 = -1
        guard cle_open_private_terminal(terminal, &primary, &replica) == 0 else {
            throw .noPrivateTerminal(errno: errno)
        }
        guard let sink = cle_open_sink(), let editor = cle_init("hitl", sink, replica), let history = history_winit()
        else { throw .noPrivateTerminal(errno: ENOMEM) }
        (self.primary, self.replica, self.sink, self.editor, self.history) = (primary, replica, sink, editor, history)

        cle_history_set(history, Int32(Self.historySize))
        cle_use_history(editor, history)
        cle_set_client(editor, Unmanaged.passUnretained(self).toOpaque())
        cle_set_get_character(editor) { editor, character in
            guard let scalar = Libedit.of(editor).nextCharacter() else { return 0 }
            character.pointee = wchar_t(scalar.value)
            return 1
        }
        cle_set_editor(editor, wide("emacs"))
        reserve()
    }

    deinit {
        el_end(editor)
        history_wend(history)
        fclose(sink)
        close(primary)
        close(replica)
    }

    /// Reads `$EDITRC` or `~/.editrc`, then binds what the console needs: `bind -v` in there wipes all bindings.
    func readSettings(_ reads: Bool) {
        if reads { el_source(editor, nil) }
        _ = cle_add_function(editor, wide("hitl-complete"), wide("Complete the word at the cursor")) { editor, _ in
            Libedit.of(editor).complete()
            return UInt8(CC_REFRESH)
        }
        _ = cle_add_function(editor, wide("hitl-clear"), wide("Clear the screen")) { editor, _ in
            Libedit.of(editor).clear()
            return UInt8(CC_REFRESH)
        }
        bind("^I", "hitl-complete")
        bind("^L", "hitl-clear")
        // The terminal's own reprint and stop characters hide these two.
        bind("^R", "em-inc-search-prev")
        bind("^S", "em-inc-search-next")
        // Commands to the editor itself: their answers would be written where nobody sees them, and `v` of vi
        // would start another editor on the same terminal.
        if isVi {
            _ = cle_bind_alternative(editor, wide("v"), wide("ed-unassigned"))
            _ = cle_bind_alternative(editor, wide(":"), wide("ed-unassigned"))
            _ = cle_bind_alternative(editor, wide("^I"), wide("hitl-complete"))
            _ = cle_bind_alternative(editor, wide("^L"), wide("hitl-clear"))
        } else {
            bind("\\ex", "ed-unassigned")
            bind("\\eX", "ed-unassigned")
        }
    }

    var isVi: Bool { cle_is_vi(editor) != 0 }

    /// Edits one line. Nil when it ended without one: `nextCharacter` gave up, or an end-of-file key.
    func readLine() -> [Unicode.Scalar]? {
        cle_set_editing(editor)
        var count: Int32 = 0
        guard let characters = el_wgets(editor, &count), count > 0 else { return nil }
        var line = Self.scalars(UnsafeBufferPointer(start: characters, count: Int(count)))
        if line.last == "\n" || line.last == "\r" { line.removeLast() }
        return line
    }

    /// The line as it is now, and where in it the cursor is.
    var line: (text: [Unicode.Scalar], cursor: Int) {
        guard let line = el_wline(editor)?.pointee, let buffer = line.buffer else { return ([], 0) }
        let count = line.lastchar - buffer
        return (Self.scalars(UnsafeBufferPointer(start: buffer, count: count)), min(line.cursor - buffer, count))
    }

    /// Whether an incremental search is going on. Its question stands in the line, after a line feed.
    var searchPattern: ArraySlice<Unicode.Scalar>? {
        let text = line.text
        guard let feed = text.lastIndex(of: "\n") else { return nil }
        let question = text[(feed + 1)...]
        guard question.count >= 4,
            question.starts(with: "bck".unicodeScalars) || question.starts(with: "fwd".unicodeScalars)
        else { return nil }
        let mark = question[question.startIndex + 3]
        return mark == ":" || mark == "?" ? question.dropFirst(4) : nil
    }

    func insert(_ text: some Sequence<Unicode.Scalar>) {
        let characters = text.map { wchar_t($0.value) } + [0]
        el_winsertstr(editor, characters)
    }

    func delete(before count: Int) {
        if count > 0 { el_deletestr(editor, Int32(count)) }
    }

    func move(by count: Int) {
        el_cursor(editor, Int32(count))
    }

    func remember(_ line: [Unicode.Scalar]) {
        cle_history_enter(history, line.map { wchar_t($0.value) } + [0])
    }

    /// Grows libedit's buffers once. It cuts a history line that is longer than its buffer, and its search
    /// writes behind the line without looking at the end.
    private func reserve() {
        let long = KeyDecoder.longestPaste
        insert(repeatElement(" ", count: long))
        delete(before: long)
    }

    private func bind(_ key: String, _ function: String) {
        _ = cle_bind(editor, wide(key), wide(function))
    }

    private static func of(_ editor: OpaquePointer) -> Libedit {
        guard let client = cle_client(editor) else { preconditionFailure("the client is set before the first key") }
        return Unmanaged<Libedit>.fromOpaque(client).takeUnretainedValue()
    }

    private static func scalars(_ characters: UnsafeBufferPointer<wchar_t>) -> [Unicode.Scalar] {
        characters.map { Unicode.Scalar(UInt32(bitPattern: $0)) ?? "\u{FFFD}" }
    }
}

/// A C string of wide characters. Only our own short words.
private func wide(_ text: String) -> [wchar_t] {
    text.unicodeScalars.map { wchar_t($0.value) } + [0]
}
