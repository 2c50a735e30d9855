/// A value in force and where it comes from.
package struct Sourced<Value: Sendable & Equatable>: Sendable, Equatable {
    package let value: Value
    package let source: Source

    package init(_ value: Value, from source: Source = .fallback) {
        self.value = value
        self.source = source
    }
}
