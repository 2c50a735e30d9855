import Glibc
package import HITLPlatform

/// Keys that `ssh-agent` holds: it signs with them and never gives them away (draft-ietf-sshm-ssh-agent).
///
/// An agent signs what it is given with an Ed25519 key as RFC 8032 says, and nothing round it. So a signature that it
/// makes and one that a key file makes are checked alike.
package struct SSHAgent: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    package enum Failure: Error, Sendable, Equatable {
        case socket(SocketError)
        /// It answers for another user.
        case otherUser(UInt32)
        /// What it said is no answer of an agent.
        case unreadable
        /// It does not sign: locked, the key is gone, or nobody confirmed.
        case refused
        case thread
    }

    package struct Identity: Sendable, Equatable {
        package let key: VerifyingKey
        package let comment: String
    }

    private enum Message {
        static let failure: UInt8 = 5
        static let requestIdentities: UInt8 = 11
        static let identities: UInt8 = 12
        static let sign: UInt8 = 13
        static let signature: UInt8 = 14
    }

    /// Longer answers than an agent gives.
    private static let limit: UInt32 = 1 << 20

    /// Its Ed25519 keys, in its order.
    package func identities() async throws(Failure) -> [Identity] {
        let answer = try await ask([Message.requestIdentities], within: 5000)
        var reader = SSHReader(answer)
        guard reader.byte() == Message.identities, let count = reader.number() else { throw .unreadable }
        var found: [Identity] = []
        for _ in 0..<count {
            guard let blob = reader.string(), let comment = reader.string() else { throw .unreadable }
            guard let key = VerifyingKey(blob: blob) else { continue }
            found.append(Identity(key: key, comment: String(decoding: comment, as: UTF8.self)))
        }
        return found
    }

    /// 64 bytes over `message`, checked before they are returned. Waits a minute for whoever has to confirm.
    package func sign(_ message: [UInt8], with key: VerifyingKey) async throws(Failure) -> [UInt8] {
        var request = SSHWriter()
        request.add(byte: Message.sign)
        request.add(key.blob)
        request.add(message)
        request.add(0 as UInt32)
        var reader = SSHReader(try await ask(request.bytes, within: 60_000))
        switch reader.byte() {
        case Message.signature?: break
        case Message.failure?: throw .refused
        default: throw .unreadable
        }
        guard let whole = reader.string(), reader.isAtEnd else { throw .unreadable }
        var parts = SSHReader(whole)
        guard let type = parts.string(), type.elementsEqual(OpenSSH.type.utf8), let signature = parts.string(),
            parts.isAtEnd, key.accepts(signature, of: message)
        else { throw .unreadable }
        return signature
    }

    /// On a thread of its own: it blocks.
    private func ask(_ request: [UInt8], within milliseconds: Int32) async throws(Failure) -> [UInt8] {
        let answer = await withCheckedContinuation { continuation in
            let thread = WorkerThread {
                do throws(Failure) {
                    continuation.resume(
                        returning: Result<[UInt8], Failure>.success(try exchange(request, milliseconds)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            guard let thread else { return continuation.resume(returning: .failure(.thread)) }
            thread.leave()
        }
        return try answer.get()
    }

    private func exchange(_ request: [UInt8], _ milliseconds: Int32) throws(Failure) -> [UInt8] {
        var framed = SSHWriter()
        framed.add(request)
        let socket: UnixExchange
        let header: [UInt8]
        do throws(SocketError) {
            socket = try UnixExchange(connectingTo: path)
        } catch {
            throw .socket(error)
        }
        if let uid = socket.peer, uid != geteuid(), uid != 0 { throw .otherUser(uid) }
        do throws(SocketError) {
            try socket.write(framed.bytes, within: milliseconds)
            header = try socket.read(4, within: milliseconds)
        } catch {
            throw .socket(error)
        }
        var reader = SSHReader(header)
        guard let count = reader.number(), count > 0, count <= Self.limit else { throw .unreadable }
        do throws(SocketError) { return try socket.read(Int(count), within: milliseconds) } catch {
            throw .socket(error)
        }
    }
}

extension SSHAgent.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .socket(.nobodyListens(let path)):
            "no ssh-agent listens at `\(path)`. Start one, or point SSH_AUTH_SOCK at it."
        case .socket(.system(let error)) where error.number == ETIMEDOUT: "ssh-agent did not answer in time."
        case .socket(let error): "ssh-agent cannot be asked: \(error)."
        case .otherUser(let uid): "the ssh-agent there belongs to another user, uid \(uid)."
        case .unreadable: "ssh-agent gave an answer that is none."
        case .refused:
            "ssh-agent did not sign: it is locked, the key was taken out, or nobody confirmed. Then decide again."
        case .thread: "no thread is left to ask ssh-agent with."
        }
    }
}
