/// Why a request of the client gets no answer of the server's.
package enum ServerFault: Error, Sendable, Equatable {
    /// No byte of the request went out.
    case notReached(because: String)
    /// It went out, and then the connection was lost.
    case lost(because: String)
    /// 401, 403.
    case unauthorized(status: Int, hasSecret: Bool)
    /// Another 4xx.
    case refused(status: Int)
    /// 5xx.
    case broken(status: Int)
    case redirected(status: Int, to: String?)
    case nonsense(String)
    /// It knows the session no more, and did not take the request.
    case sessionEnded
    case tooMany(limit: Int)

    /// What is not known not to have run may have run.
    package var mayHaveRun: Bool {
        switch self {
        case .notReached, .unauthorized, .refused, .sessionEnded, .tooMany: false
        case .lost, .broken, .nonsense: true
        // 307 and 308 ask for the same request elsewhere; the others may follow upon one that was carried out.
        case .redirected(let status, _): status != 307 && status != 308
        }
    }
}

extension ServerFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notReached(let why): "the server cannot be reached (\(why))"
        case .lost(let why): "the connection to the server was lost (\(why))"
        case .unauthorized(let status, false):
            "the server wants to know who asks (HTTP \(status)): a person gives the gateway `--bearer-env` or `--header`"
        case .unauthorized(let status, true):
            "the server does not accept the credentials that the gateway was given, or not for this (HTTP \(status))"
        case .refused(let status): "the server refused the request (HTTP \(status))"
        case .broken(let status): "the server failed (HTTP \(status))"
        case .redirected(let status, let place?):
            "the server leads to `\(place)` (HTTP \(status)), which is not followed"
        case .redirected(let status, nil): "the server leads elsewhere (HTTP \(status)), which is not followed"
        case .nonsense(let what): "the server answered what no server may (\(what))"
        case .sessionEnded: "the server had ended the session; a new one is begun"
        case .tooMany(let limit): "\(limit) requests are under way, and no more are sent"
        }
    }
}

extension ReplyFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notHTTP: "no HTTP"
        case .malformedHead: "a malformed HTTP header"
        case .ambiguousHead: "an HTTP header that can be read in two ways"
        case .headTooLong: "an HTTP header that does not end"
        case .encoding: "an encoding that was not asked for"
        case .malformedChunk: "malformed chunks"
        case .cut: "it ended in the middle"
        case .upgrade: "another protocol"
        }
    }
}

extension EventStreamReader.Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong(let limit): "a message of more than \(limit) bytes"
        }
    }
}
