import HITLPlatform
package import Testing

/// Tests that start processes or wait for the world run one after the other, across all suites.
///
/// Swift Testing runs everything at once on as many threads as there are processors. Beside dozens of
/// terminals, shells and kills, what one test waits for comes late because another one is busy, and a
/// time limit that should only end a broken test ends a slow one.
package struct OneAtATime: SuiteTrait, TestTrait, TestScoping {
    package let isRecursive = true

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        await Turn.shared.take()
        do {
            try await function()
        } catch {
            Turn.shared.pass()
            throw error
        }
        Turn.shared.pass()
    }
}

extension Trait where Self == OneAtATime {
    package static var oneAtATime: OneAtATime { OneAtATime() }
}

/// One turn, handed on in the order in which it was asked for.
private final class Turn: Sendable {
    static let shared = Turn()

    private let state = Locked<(isTaken: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    func take() async {
        await withCheckedContinuation { continuation in
            let isMine = state.withLock { state in
                if state.isTaken {
                    state.waiting.append(continuation)
                    return false
                }
                state.isTaken = true
                return true
            }
            if isMine { continuation.resume() }
        }
    }

    func pass() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isTaken = false
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
