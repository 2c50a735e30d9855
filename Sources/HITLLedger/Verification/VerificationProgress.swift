/// How far verification has come, in entries.
public struct VerificationProgress: Sendable, Equatable {
    public let checked: Int64
    public let size: Int64
}
