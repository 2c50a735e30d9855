/// A record on its way into the ledger.
public struct Draft: Sendable {
    public var record: [UInt8]
    public var index: Index

    public init(record: [UInt8], index: Index) {
        self.record = record
        self.index = index
    }
}
