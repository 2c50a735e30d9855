import HITLCore

/// Reads `time: { days: [mon-fri], hours: "09:00-17:00", zone: "+01:00" }`, or a list of such windows.
struct TimeReader {
    private static let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    func windows(_ field: Field) -> [TimeWindow]? {
        guard case .list(let nodes) = field.node.content else { return window(field).map { [$0] } }
        let windows = field.list(of: "windows", window)
        return windows?.count == nodes.count && !nodes.isEmpty ? windows : nil
    }

    private func window(_ field: Field) -> TimeWindow? {
        guard let map = field.map(["days", "hours", "zone"]) else { return nil }
        var days = Set(TimeWindow.Day.allCases)
        if let list = map["days"] {
            guard let read = list.list(of: "days", self.days), !read.isEmpty, !read.contains([]) else { return nil }
            days = Set(read.joined())
        }
        var hours = (start: 0, end: 1440)
        if let field = map["hours"] {
            guard let read = self.hours(field) else { return nil }
            hours = read
        }
        // No zone is guessed: the desk's own would be another one on another machine.
        guard let zone = map.required("zone").flatMap(zone) else { return nil }
        return TimeWindow(days: days, start: hours.start, end: hours.end, zone: zone)
    }

    /// `mon`, or `mon-fri`.
    private func days(_ field: Field) -> [TimeWindow.Day]? {
        guard let text = field.string() else { return nil }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { end in
            Self.days.firstIndex { $0.utf8.elementsEqual(end.utf8) }
        }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2 else {
            field.report(expected: "a day such as `mon`, or `mon-fri`")
            return nil
        }
        let length = (last - first + 7) % 7
        return (0...length).compactMap { TimeWindow.Day(rawValue: (first + $0) % 7) }
    }

    /// `09:00-17:00`; over midnight too. `00:00-24:00` is the whole day.
    private func hours(_ field: Field) -> (start: Int, end: Int)? {
        let parts = field.string()?.split(separator: "-", omittingEmptySubsequences: false).map(minutes) ?? []
        guard parts.count == 2, let start = parts[0], let end = parts[1], start < 1440, end > 0 || start > 0 else {
            field.report(expected: "hours such as `09:00-17:00`")
            return nil
        }
        return (start, end == 0 ? 1440 : end)
    }

    private func minutes(_ text: Substring) -> Int? {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 2, parts[1].count == 2,
            parts.allSatisfy({ $0.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int(Substring(parts[0])), let minute = Int(Substring(parts[1])), minute < 60,
            hour * 60 + minute <= 1440
        else { return nil }
        return hour * 60 + minute
    }

    private func zone(_ field: Field) -> TimeWindow.Zone? {
        guard let text = field.string() else { return nil }
        if text.utf8.elementsEqual("UTC".utf8) { return .offset(minutes: 0) }
        if let sign = text.utf8.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
            let minutes = minutes(text.dropFirst()), minutes <= 14 * 60
        {
            return .offset(minutes: sign == UInt8(ascii: "-") ? -minutes : minutes)
        }
        switch ZoneFiles.system.rules(for: text) {
        case .success(let rules): return .named(rules)
        case .failure(.unknown(let nearest)):
            field.report(.unknownZone(found: field.found, nearest: nearest))
        case .failure(.unusable(let reason)):
            field.report(.refused("the zone \(quoted(text)) cannot be used: \(reason)"))
        }
        return nil
    }
}
