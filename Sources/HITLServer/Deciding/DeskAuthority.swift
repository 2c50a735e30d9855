package import HITLCore
package import HITLPlatform

/// Who may decide over the socket.
///
/// Rests on what the kernel says of a process, never on what it says itself:
///
///     desk ── agent ── tool              started by the desk: asks, never decides
///     shell ── hitl ask ── COMMAND       asked for it: decides on other requests, not on this one
///     shell ── hitl approve 7            decides
///
/// The desk itself may decide on everything: what it runs in its own process is its own code.
package struct DeskAuthority: Sendable {
    package let desk: ProcessIdentity
    package let uid: UInt32
    /// The login name of the desk's user, which is the name of every reviewer over the socket.
    package let user: String

    package init(desk: ProcessIdentity, uid: UInt32, user: String) {
        self.desk = desk
        self.uid = uid
        self.user = user
    }

    package enum Unknown: Error, Sendable, CustomStringConvertible {
        case account(SystemError)
        case process(ProcessTree.Failure)

        package var description: String {
            switch self {
            case .account(let error): "the password database does not know this user: \(error)"
            case .process(let failure): failure.description
            }
        }
    }

    package static func thisProcess() throws(Unknown) -> DeskAuthority {
        let account: Account
        do throws(SystemError) { account = try Account.current() } catch { throw .account(error) }
        do throws(ProcessTree.Failure) {
            return DeskAuthority(
                desk: try ProcessTree.identity(of: ThisProcess.pid), uid: account.uid, user: account.name)
        } catch {
            throw .process(error)
        }
    }

    /// The identity under which whoever is at the other end decides.
    package var reviewer: Principal { Principal(role: .person, name: user, channel: "socket") }

    func requester(_ process: RequesterProcess) -> Principal {
        Principal(role: .agent, name: user, channel: process.channel)
    }

    /// Returns where the process may decide something that is no request: change a setting, say.
    package func checkMayDecide(_ peer: Peer) throws(Objection) {
        guard !peer.isHosted else { throw .startedByDesk }
        guard peer.process != desk else { return }
        guard try !peer.ancestry().contains(desk) else { throw .startedByDesk }
    }

    /// Returns where the process may decide on this request.
    package func checkMayDecide(_ peer: Peer, on request: ApprovalRequest) throws(Objection) {
        guard peer.process != desk else { return }
        try checkMayDecide(peer)
        switch RequesterProcess.read(request.requester.channel) {
        case .elsewhere: return
        case .unreadable: throw .unknownRequester(number: request.number)
        case .process(let requester):
            guard try !peer.ancestry().contains(requester.root) else { throw .asksItself(number: request.number) }
        }
    }

    /// Whether the process belongs to those that asked: they may take their request back.
    func asked(_ peer: Peer, for request: ApprovalRequest) throws(Objection) -> Bool {
        try isRequester(peer, request.requester)
    }

    func isRequester(_ peer: Peer, _ requester: Principal) throws(Objection) -> Bool {
        switch RequesterProcess.read(requester.channel) {
        case .elsewhere, .unreadable: false
        case .process(let requester): try peer.ancestry().contains(requester.root)
        }
    }

    /// Whether the process that connected to a former desk, and carries a call out itself, still runs. A gateway's or a
    /// hook's requester is the agent behind it, which runs on and has nothing to say.
    package static func isThere(_ requester: Principal) -> Bool {
        guard case .process(let process) = RequesterProcess.read(requester.channel), process.way == .socket else {
            return false
        }
        return ProcessTree.isAlive(process.root)
    }
}
