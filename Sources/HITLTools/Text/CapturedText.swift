import HITLCore
import HITLPlatform

/// Bytes from the world as members of a JSON object, without loss: a text where they are UTF-8, else base64.
enum CapturedText {
    static func member(_ text: String, _ base64: String, _ bytes: ArraySlice<UInt8>) -> JSONObject.Member {
        if let string = String(validating: bytes, as: UTF8.self) { return .init(text, .string(string)) }
        return .init(base64, .string(Base64.encode(bytes)))
    }

    /// What a command wrote to one stream.
    ///
    /// Whole: `stdout`, or `stdoutBase64` where it is not UTF-8. Where the middle was cut out there is `stdoutCutBytes`
    /// with the number of bytes that are missing, and a line in the text says so at their place; in base64
    /// `stdoutCutAt` tells after how many bytes they are missing.
    static func members(_ name: String, _ output: CapturedOutput) -> [JSONObject.Member] {
        guard output.cut > 0 else { return [member(name, name + "Base64", output.bytes[...])] }
        let head = UTF8Edges.withoutCutEnd(output.head)
        let tail = UTF8Edges.withoutCutStart(output.tail)
        if let first = String(validating: head, as: UTF8.self), let last = String(validating: tail, as: UTF8.self) {
            let missing = Int(output.total) - head.count - tail.count
            return [
                .init(name, .string("\(first)\n[\(missing) bytes cut]\n\(last)")),
                .init(name + "CutBytes", .integer(missing)),
            ]
        }
        return [
            .init(name + "Base64", .string(Base64.encode(output.bytes))),
            .init(name + "CutBytes", .integer(Int(output.cut))),
            .init(name + "CutAt", .integer(output.head.count)),
        ]
    }
}
