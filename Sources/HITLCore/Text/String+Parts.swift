extension String {
    /// With each `part` replaced, compared byte by byte.
    ///
    /// Here instead of the standard library's `replacing`, because that one stands beside its regular expressions and
    /// brings all of them into the program: megabytes, and relocations that every start pays for.
    package func replacingEach(_ part: String, with other: String) -> String {
        parts(between: part).joined(separator: other)
    }

    /// What stands between each `separator`, which is not empty; empty parts too. Compared byte by byte.
    package func parts(between separator: String) -> [String] {
        let (bytes, separator) = (Array(utf8), Array(separator.utf8))
        var parts: [String] = []
        var (start, place) = (0, 0)
        while place + separator.count <= bytes.count {
            guard bytes[place..<place + separator.count].elementsEqual(separator) else {
                place += 1
                continue
            }
            parts.append(String(decoding: bytes[start..<place], as: UTF8.self))
            place += separator.count
            start = place
        }
        parts.append(String(decoding: bytes[start...], as: UTF8.self))
        return parts
    }
}
