package import HITLConfiguration
package import HITLCore
import HITLPlatform

/// The configuration in force and the policy that follows from it. A change at the prompt holds for the next call.
package final class Settings: Sendable {
    /// The policy is made when it is first asked for: most commands of another terminal judge nothing.
    private let state: Locked<(configuration: Configuration, policy: Policy?)>
    private let sha256: @Sendable ([UInt8]) -> String

    package init(_ configuration: Configuration, sha256: @escaping @Sendable ([UInt8]) -> String) {
        self.sha256 = sha256
        state = Locked((configuration, nil))
    }

    package var configuration: Configuration { state.withLock(\.configuration) }

    /// Asked for each record: a copy of the whole configuration would take longer than what it is asked for.
    package var redactsSensitiveData: Bool { state.withLock { $0.configuration.redactSensitiveData.value } }

    package var policy: Policy {
        state.withLock { state in
            let policy = state.policy ?? state.configuration.policy(sha256: sha256)
            state.policy = policy
            return policy
        }
    }

    func change(_ configuration: Configuration) { state.withLock { $0 = (configuration, nil) } }
}
