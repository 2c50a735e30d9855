/// A record, and what is kept beside it to find it by.
package struct IndexRow: ~Copyable {
    package let sequence: Int64
    package let record: UnsafeRawBufferPointer
    package let claim: UnsafeRawBufferPointer?
    package let subject: UnsafeRawBufferPointer?
    package let kind: UnsafeRawBufferPointer
    package let label: UnsafeRawBufferPointer?
    package let standing: Int64
}
