package import HITLConfiguration
package import HITLCore
import HITLPlatform

/// The configuration in force and the policy that follows from it. A change at the prompt holds for the next call.
package final class Settings: Sendable {
    private let state: Locked<(configuration: Configuration, policy: Policy)>
    private let sha256: @Sendable ([UInt8]) -> String

    package init(_ configuration: Configuration, sha256: @escaping @Sendable ([UInt8]) -> String) {
        self.sha256 = sha256
        state = Locked((configuration, configuration.policy(sha256: sha256)))
    }

    package var configuration: Configuration { state.withLock(\.configuration) }
    package var policy: Policy { state.withLock(\.policy) }

    func change(_ configuration: Configuration) {
        let policy = configuration.policy(sha256: sha256)
        state.withLock { $0 = (configuration, policy) }
    }
}
