/// RFC 3492: letters outside ASCII in labels of host names.
package enum Punycode {
    /// The letters that `xn--…` stands for; nil where it is no encoding.
    package static func decoded(_ label: some Collection<UInt8>) -> String? {
        let bytes = label.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
        guard bytes.starts(with: "xn--".utf8), bytes.count <= 63 else { return nil }
        let body = bytes.dropFirst(4)
        let hyphen = body.lastIndex(of: UInt8(ascii: "-"))
        var scalars = hyphen.map { body[..<$0].map { Unicode.Scalar($0) } } ?? []
        var rest = (hyphen.map { body[($0 + 1)...] } ?? body)[...]
        var (number, bias, index) = (128, 72, 0)
        while !rest.isEmpty {
            let old = index
            var (weight, step) = (1, 36)
            while true {
                guard let byte = rest.popFirst(), let digit = digit(byte) else { return nil }
                index += digit * weight
                guard index < 1 << 30 else { return nil }
                let threshold = step <= bias ? 1 : step >= bias + 26 ? 26 : step - bias
                if digit < threshold { break }
                weight *= 36 - threshold
                guard weight < 1 << 30 else { return nil }
                step += 36
            }
            let count = scalars.count + 1
            bias = adapted(index - old, count, isFirst: old == 0)
            number += index / count
            index %= count
            guard let scalar = Unicode.Scalar(UInt32(number)) else { return nil }
            scalars.insert(scalar, at: index)
            index += 1
        }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// A label with letters outside ASCII as a resolver would be asked for it. Nothing is folded or normalised.
    package static func encoded(_ label: some Collection<Unicode.Scalar>) -> String {
        let scalars = Array(label)
        guard scalars.count <= 63 else { return "xn--…" }
        var output = scalars.filter(\.isASCII).map { UInt8($0.value) }
        let basic = output.count
        if basic > 0 { output.append(UInt8(ascii: "-")) }
        var (number, bias, delta, handled) = (128, 72, 0, basic)
        while handled < scalars.count {
            let next = scalars.map { Int($0.value) }.filter { $0 >= number }.min() ?? number
            delta += (next - number) * (handled + 1)
            number = next
            for scalar in scalars {
                if Int(scalar.value) < number { delta += 1 }
                guard Int(scalar.value) == number else { continue }
                var (rest, step) = (delta, 36)
                while true {
                    let threshold = step <= bias ? 1 : step >= bias + 26 ? 26 : step - bias
                    if rest < threshold { break }
                    output.append(letter(threshold + (rest - threshold) % (36 - threshold)))
                    rest = (rest - threshold) / (36 - threshold)
                    step += 36
                }
                output.append(letter(rest))
                bias = adapted(delta, handled + 1, isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            number += 1
        }
        return "xn--" + String(decoding: output, as: UTF8.self)
    }

    private static func adapted(_ given: Int, _ count: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? given / 700 : given / 2
        delta += delta / count
        var step = 0
        while delta > 455 {
            delta /= 35
            step += 36
        }
        return step + 36 * delta / (delta + 38)
    }

    private static func digit(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x61...0x7A: Int(byte - 0x61)
        case 0x30...0x39: Int(byte - 0x30) + 26
        default: nil
        }
    }

    private static func letter(_ digit: Int) -> UInt8 { UInt8(digit < 26 ? 0x61 + digit : 0x30 + digit - 26) }
}
