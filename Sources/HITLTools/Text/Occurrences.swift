import Glibc

extension [UInt8] {
    /// Where `part` begins, from left to right, without overlaps. None for an empty `part`.
    ///
    /// Takes time in the sum of the lengths, after Knuth, Morris and Pratt: both sides may come from somebody who would
    /// like it to take longer.
    func occurrences(of part: [UInt8], atMost limit: Int = .max) -> [Int] {
        guard !part.isEmpty, part.count <= count else { return [] }
        let borders = part.borders
        var places: [Int] = []
        var matched = 0
        var place = 0
        while place < count {
            if matched == 0 {
                // Most bytes begin nothing; the system finds the next that may.
                guard let next = self.place(of: part[0], from: place) else { break }
                place = next
            }
            while matched > 0, part[matched] != self[place] { matched = borders[matched - 1] }
            if part[matched] == self[place] { matched += 1 }
            place += 1
            guard matched == part.count else { continue }
            places.append(place - part.count)
            if places.count == limit { break }
            matched = 0
        }
        return places
    }

    private func place(of byte: UInt8, from start: Int) -> Int? {
        withUnsafeBytes { bytes in
            guard let first = bytes.baseAddress, let found = memchr(first + start, Int32(byte), bytes.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - first
        }
    }

    /// For each beginning of the array the length of its longest proper beginning that is its end too.
    private var borders: [Int] {
        var borders = [Int](repeating: 0, count: count)
        var length = 0
        for place in indices.dropFirst() {
            while length > 0, self[place] != self[length] { length = borders[length - 1] }
            if self[place] == self[length] { length += 1 }
            borders[place] = length
        }
        return borders
    }

    func contains(_ part: [UInt8]) -> Bool { !occurrences(of: part, atMost: 1).isEmpty }

    func replacing(_ places: [Int], ofLength length: Int, with text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var start = 0
        for place in places {
            result += self[start..<place]
            result += text
            start = place + length
        }
        return result + self[start...]
    }
}
