/// Why a line is not passed on, for the client that sent it.
package struct LineObjection: Error, Equatable, Sendable {
    /// JSON-RPC's own codes.
    package enum Code: Int, Sendable {
        case notJSON = -32700
        case invalidRequest = -32600
        case invalidParameters = -32602
    }

    /// Nil where the line does not let it be known.
    package let id: MessageID?
    package let code: Code
    package let why: String

    init(_ id: MessageID?, _ code: Code, _ why: String) {
        self.id = id
        self.code = code
        self.why = why
    }
}
