import CTLS

/// Whom TLS connections trust: the system's authorities, or those of one file.
package final class TLSTrust {
    fileprivate let context: OpaquePointer

    /// - Parameter authorities: a file of certificates that counts instead of the system's.
    package init(authorities: String? = nil) throws(TLSFailure) {
        let (context, words) = withWords { ctls_prepare(authorities, $0) }
        guard let context else { throw TLSFailure(words) }
        self.context = context
    }

    deinit { ctls_discard(context) }
}

/// What OpenSSL says of it.
package struct TLSFailure: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// The client's side of TLS over a socket that does not block.
package final class TLSStream {
    package enum Step<Value> {
        case done(Value)
        case wantsRead
        case wantsWrite
        /// The other side has said goodbye.
        case ended
    }

    private let connection: OpaquePointer
    private let trust: TLSTrust

    /// - Parameter host: the certificate has to be for it.
    package init(_ descriptor: Int32, host: String, isAddress: Bool, trust: TLSTrust) throws(TLSFailure) {
        let (connection, words) = withWords { ctls_open(trust.context, descriptor, host, isAddress ? 1 : 0, $0) }
        guard let connection else { throw TLSFailure(words) }
        self.connection = connection
        self.trust = trust
    }

    deinit { ctls_close(connection) }

    package func handshake() throws(TLSFailure) -> Step<Void> {
        let (result, words) = withWords { ctls_handshake(connection, $0) }
        return result == 0 ? .done(()) : try step(Int(result), words)
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(TLSFailure) -> Step<Int> {
        let (result, words) = withWords { ctls_read(connection, buffer.baseAddress, buffer.count, $0) }
        return result > 0 ? .done(result) : try step(result, words)
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(TLSFailure) -> Step<Int> {
        let (result, words) = withWords { ctls_write(connection, bytes.baseAddress, bytes.count, $0) }
        return result > 0 ? .done(result) : try step(result, words)
    }

    private func step<Value>(_ result: Int, _ words: String) throws(TLSFailure) -> Step<Value> {
        switch result {
        case Int(CTLS_ENDED.rawValue): .ended
        case Int(CTLS_WANTS_READ.rawValue): .wantsRead
        case Int(CTLS_WANTS_WRITE.rawValue): .wantsWrite
        default: throw TLSFailure(words)
        }
    }
}

private func withWords<Value>(_ body: (UnsafeMutablePointer<CChar>) -> Value) -> (Value, String) {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CTLS_WORDS)) { words in
        words.initialize(repeating: 0)
        let value = body(words.baseAddress!)
        return (value, String(cString: words.baseAddress!))
    }
}
