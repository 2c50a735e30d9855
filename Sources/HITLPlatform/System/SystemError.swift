import Glibc

/// A system call that failed: which, and with what number.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    package let number: Int32
    package let call: String

    /// Takes `errno`, or its negation as CPlatform gives it.
    package init(_ number: Int32, _ call: String) {
        self.number = abs(number)
        self.call = call
    }

    package init(_ number: Int, _ call: String) {
        self.init(Int32(truncatingIfNeeded: number), call)
    }

    /// `No such file or directory (open)`
    package var description: String { "\(Self.reason(number)) (\(call))" }

    package static func reason(_ number: Int32) -> String {
        guard let text = strerror(number) else { return "error \(number)" }
        return String(cString: text)
    }
}
