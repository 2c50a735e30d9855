/// A call of the client that waits for the decision.
struct Waiter {
    let call: ToolsCall
    let line: [UInt8]
    /// When it gets a ticket instead.
    let until: UInt64
    var progress = 0
    var nextProgress: UInt64

    static let betweenProgress: UInt64 = 5_000_000_000

    init(call: ToolsCall, line: [UInt8], until: UInt64, now: UInt64) {
        self.call = call
        self.line = line
        self.until = until
        nextProgress = call.progressToken == nil ? .max : now
    }
}
