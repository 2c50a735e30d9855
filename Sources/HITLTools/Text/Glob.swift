/// A pattern for names: `*` and `?` within a component, `**` for any number of components.
///
/// Without a slash it is matched against the last component, as in a `.gitignore`. Takes time in the product of the
/// lengths, whatever the pattern.
struct Glob {
    private let components: [[UInt8]]
    private let isForNames: Bool

    init(_ pattern: String) {
        let bytes = Array(pattern.utf8)
        components = bytes.split(separator: UInt8(ascii: "/")).map(Array.init)
        isForNames = !bytes.contains(UInt8(ascii: "/"))
    }

    func matches(_ path: [UInt8]) -> Bool {
        let way = path.split(separator: UInt8(ascii: "/")).map(Array.init)
        guard !isForNames else {
            guard let name = way.last, let pattern = components.first else { return false }
            return Self.matches(pattern, name)
        }
        return Self.wildcards(components, way, isStar: { $0 == Array("**".utf8) }, matchesOne: Self.matches)
    }

    private static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
        let (star, any) = (UInt8(ascii: "*"), UInt8(ascii: "?"))
        return wildcards(pattern, name, isStar: { $0 == star }, matchesOne: { $0 == any || $0 == $1 })
    }

    // Only the last star met can need another try: what an earlier one could take, it has taken in as few as possible.
    private static func wildcards<Element>(
        _ pattern: [Element], _ text: [Element], isStar: (Element) -> Bool, matchesOne: (Element, Element) -> Bool
    ) -> Bool {
        var (place, position) = (0, 0)
        var retry: (place: Int, position: Int)?
        while position < text.count {
            if place < pattern.count, isStar(pattern[place]) {
                retry = (place, position)
                place += 1
            } else if place < pattern.count, matchesOne(pattern[place], text[position]) {
                (place, position) = (place + 1, position + 1)
            } else if let last = retry {
                retry = (last.place, last.position + 1)
                (place, position) = (last.place + 1, last.position + 1)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy(isStar)
    }
}
