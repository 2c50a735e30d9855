/// What the chain is computed from.
package struct ChainRow: ~Copyable {
    package let sequence: Int64
    package let time: Int64
    package let hash: UnsafeRawBufferPointer
    package let record: UnsafeRawBufferPointer
}
