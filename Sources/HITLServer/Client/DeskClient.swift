package import HITLCore
import HITLPlatform

/// A client of the desk: requests out, answers and notifications in, one at a time.
package final class DeskClient {
    package enum Failure: Error, Sendable, Equatable {
        case socket(DeskSocket.Failure)
        /// The desk answered with an error.
        case refused(Refused)
        /// What came back is no answer.
        case unreadable
    }

    /// A desk's error, as `docs/formats/desk-protocol.md` lists them.
    package struct Refused: Sendable, Equatable {
        package let kind: String
        /// One sentence. Not escaped.
        package let message: String

        package init(kind: String, message: String) {
            self.kind = kind
            self.message = message
        }

        fileprivate init(_ error: JSONValue) {
            let object = error.object
            self.init(
                kind: object?["data"]?.object?["kind"]?.string ?? "",
                message: object?["message"]?.string ?? "unknown error")
        }
    }

    private let socket: DeskSocket
    private var lastID: Int64 = 0

    /// - Parameter listeners: those on whose behalf is asked; where one is gone, waiting ends.
    package init(connectingTo place: DeskPlace, for listeners: [DeskSocket.Listener] = []) throws(Failure) {
        do throws(DeskSocket.Failure) { socket = try .connect(to: place) } catch { throw .socket(error) }
        socket.listeners = listeners
    }

    /// Sends a request and waits for its answer.
    ///
    /// - Parameter heard: notifications that come before the answer.
    package func call(
        _ method: String, _ parameters: JSONValue, until deadline: UInt64? = nil, signals: SignalPipe? = nil,
        heard: (_ method: String, _ parameters: JSONObject) -> Void = { _, _ in }
    ) throws(Failure) -> JSONValue {
        try answer(to: begin(method, parameters), until: deadline, signals: signals, heard: heard)
    }

    /// Sends a request without waiting for its answer.
    package func begin(_ method: String, _ parameters: JSONValue) -> Int64 {
        lastID += 1
        let request: JSONValue = [
            "id": .integer(lastID), "jsonrpc": "2.0", "method": .string(method), "params": parameters,
        ]
        socket.send(request.canonicalInOrder + [UInt8(ascii: "\n")])
        return lastID
    }

    /// Waits for the answer to a request. Answers to others are dropped.
    package func answer(
        to id: Int64, until deadline: UInt64? = nil, signals: SignalPipe? = nil,
        heard: (_ method: String, _ parameters: JSONObject) -> Void = { _, _ in }
    ) throws(Failure) -> JSONValue {
        while true {
            let object = try next(until: deadline, signals)
            if let method = object["method"]?.string {
                heard(method, object["params"]?.object ?? JSONObject())
                continue
            }
            if let error = object["error"], object["id"] == .null || object["id"]?.integer == id {
                throw .refused(Refused(error))
            }
            guard object["id"]?.integer == id else { continue }
            guard let result = object["result"] else { throw .unreadable }
            return result
        }
    }

    /// The parameters of the next notification of that method: for whoever subscribed.
    package func notification(
        _ method: String, until deadline: UInt64? = nil, signals: SignalPipe? = nil
    ) throws(Failure) -> JSONObject {
        while true {
            let object = try next(until: deadline, signals)
            if object["method"]?.string?.utf8.elementsEqual(method.utf8) == true {
                return object["params"]?.object ?? JSONObject()
            }
        }
    }

    /// Does `body` while somebody listens for the desk's word to stop.
    func listening<Value>(_ body: (StopListener) -> Value) -> Value {
        let listener = StopListener(socket.descriptor, socket.takeUnread())
        defer { socket.putBack(listener.end()) }
        return body(listener)
    }

    private func next(until deadline: UInt64?, _ signals: SignalPipe?) throws(Failure) -> JSONObject {
        let line: [UInt8]
        do throws(DeskSocket.Failure) { line = try socket.nextLine(until: deadline, signals: signals) } catch {
            throw .socket(error)
        }
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: line, depth: 100) } catch { throw .unreadable }
        guard case .object(let object) = value else { throw .unreadable }
        return object
    }
}

extension DeskClient.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .socket(let failure): failure.description
        case .refused(let refused): refused.message
        case .unreadable: "What the desk answered cannot be read; is it of another version?"
        }
    }
}
