public import HITLCore
import HITLPlatform

/// A call that its requester carries out, with a permit, and has not said the end of.
public struct Performing: Sendable {
    public let subject: Subject
    public let tool: String
    /// Who carries it out, for people: `process 4711`.
    public let performer: String
    public let reach: Reach

    /// How the operator's word to end it gets there.
    public enum Reach: Sendable {
        /// Not from here; what to do instead, as a sentence without its full stop.
        case none(advice: String)
        case told(@Sendable () -> Void)
    }

    public init(_ subject: Subject, tool: String, by performer: String, reach: Reach) {
        self.subject = subject
        self.tool = tool
        self.performer = performer
        self.reach = reach
    }
}

/// What `stop` could do.
public enum Stopping: Sendable, Equatable {
    case unreachable(performer: String, advice: String)
    /// Its requester was told, and has it in hand.
    case told(performer: String)
    /// `hitl` runs it, and ends it.
    case ends
}

/// A call that started under a former desk and is carried out by a requester that still runs.
public struct Inherited: Sendable, Equatable {
    public let subject: Subject
    public let tool: String
    public let requester: Principal
}

extension Queue {
    /// A requester has the permit from here on, until an outcome is recorded.
    package nonisolated func hands(_ performing: Performing) {
        self.performing.withLock { $0[performing.subject] = performing }
    }

    /// What this desk took over. Whoever watches their requesters says what comes of them, by `Gate.finish`.
    package var inherited: [Inherited] { inheritedCalls }

    /// Ends a call that was permitted and has not ended: here, or by its requester.
    ///
    /// - Throws: `notRunning` where there is none.
    @discardableResult
    public func stop(_ subject: Subject) throws(ReviewError) -> Stopping {
        if let call = running[subject] {
            call.stop.request()
            return .ends
        }
        guard let call = performing.withLock({ $0[subject] }) else { throw .notRunning }
        switch call.reach {
        case .none(let advice): return .unreachable(performer: call.performer, advice: advice)
        case .told(let tell):
            tell()
            return .told(performer: call.performer)
        }
    }
}
