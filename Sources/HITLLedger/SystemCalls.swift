import Glibc

/// The system's sentence for an error number.
func reason(of number: Int32) -> String {
    guard number != 0, let text = strerror(number) else { return "the system gave no reason" }
    return String(cString: text)
}

/// Repeats a call that a signal interrupted.
func uninterrupted<Value: FixedWidthInteger>(_ call: () -> Value) -> Value {
    while true {
        let value = call()
        guard value == -1, errno == EINTR else { return value }
    }
}
