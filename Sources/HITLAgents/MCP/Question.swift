import HITLCore

/// One request at the desk.
struct Question {
    /// On the desk's connections; not the number that people know.
    let number: Int64
    let call: ToolsCall
    /// Lets a desk that was restarted know it again.
    let key: String
    /// The desk's number; after an edit it is another.
    private(set) var request: Int64?
    private(set) var firstRequest: Int64?
    /// Over which connection the desk said so last: there it can be named.
    private(set) var openedOn: Int?
    /// Over which it was asked last.
    var connection: Int?
    /// As it was asked last, for the proof of the answer.
    var asked: JSONValue?
    var state: State

    enum State {
        /// Nobody waits for it: its call has a ticket.
        case open(Waiter?)
        /// Its client took it back before the desk had said that it was opened, or while no desk was there.
        case abandoned(reason: String)
        /// While nobody waited.
        case decided(DeskReply, connection: Int?, until: UInt64)
    }

    init(number: Int64, call: ToolsCall, key: String, state: State) {
        self.number = number
        self.call = call
        self.key = key
        self.state = state
    }

    mutating func opened(as request: Int64) {
        openedOn = connection
        if firstRequest == nil { firstRequest = request }
        self.request = request
    }

    var isTicket: Bool {
        switch state {
        case .open(nil), .decided: true
        case .open, .abandoned: false
        }
    }

    var isUndecided: Bool {
        switch state {
        case .open, .abandoned: true
        case .decided: false
        }
    }

    var due: UInt64 {
        switch state {
        case .open(let waiter?): min(waiter.until, waiter.nextProgress)
        case .open(nil), .abandoned: .max
        case .decided(_, _, let until): until
        }
    }

    static func deskID(_ number: Int64) -> String { "c\(number)" }

    static func number(deskID: String) -> Int64? {
        guard deskID.utf8.first == UInt8(ascii: "c") else { return nil }
        return Int64(deskID.unicodeScalars.dropFirst().reduce(into: "") { $0.unicodeScalars.append($1) })
    }
}
