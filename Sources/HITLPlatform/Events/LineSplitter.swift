import Glibc

/// Cuts a stream of bytes into lines. The line feed that ends a line is not part of it; a carriage return before it is.
package struct LineSplitter {
    package private(set) var rest: [UInt8] = []
    package let maximumLength: Int

    package init(maximumLength: Int) { self.maximumLength = maximumLength }

    /// Appends the lines that are whole now. False where one is longer than allowed; nothing is taken in any more then.
    package mutating func append(_ bytes: UnsafeRawBufferPointer, to lines: inout [[UInt8]]) -> Bool {
        var position = 0
        while position < bytes.count {
            let start = bytes.baseAddress! + position
            let left = bytes.count - position
            guard let end = memchr(start, Int32(UInt8(ascii: "\n")), left) else {
                guard rest.count + left <= maximumLength else { return false }
                rest.append(contentsOf: UnsafeRawBufferPointer(start: start, count: left))
                return true
            }
            let length = UnsafeRawPointer(end) - start
            guard rest.count + length <= maximumLength else { return false }
            rest.append(contentsOf: UnsafeRawBufferPointer(start: start, count: length))
            lines.append(rest)
            rest = []
            position += length + 1
        }
        return true
    }
}
