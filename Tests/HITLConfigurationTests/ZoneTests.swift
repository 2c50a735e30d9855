import HITLCore
import Testing

@testable import HITLConfiguration

@Suite struct `A zone in a rule` {
    private func file(_ zone: String) -> String {
        "policy: { rules: [{ name: t, when: { time: { hours: \"09:00-17:00\", zone: \(zone) } }, action: allow }] }\n"
    }

    private func complaint(_ zone: String) -> String? {
        let home = TemporaryHome()
        home.write(file(zone))
        do throws(Diagnostics) {
            _ = try home.load()
            return nil
        } catch { return error.description.split(separator: "\n").first.map(String.init) }
    }

    @Test func `is read from the system's database, and follows the clock of its place`() throws {
        let home = TemporaryHome()
        home.write(file("America/New_York"))
        let policy = try home.load().policy { _ in "0" }
        func effect(_ time: String) throws -> Effect {
            let call = ToolCall(
                tool: "x", kind: .other, arguments: JSONObject(), origin: Origin(agent: "a", session: "s"),
                performer: .requester)
            let at = try #require(WallTime(timestamp: time))
            let context = EvaluationContext(
                risk: Risk(factors: [.init(name: "x", weight: 9)]), time: at,
                paths: .known([]), commands: .known([]))
            return policy.evaluate(call, in: context).effect
        }
        // Summer begins on 8 March 2026, at two in the morning.
        #expect(try effect("2026-03-07T13:59:59Z") == .ask)
        #expect(try effect("2026-03-07T14:00:00Z") == .allow)
        #expect(try effect("2026-03-08T12:59:59Z") == .ask)
        #expect(try effect("2026-03-08T13:00:00Z") == .allow)
        #expect(try effect("2099-07-01T13:00:00Z") == .allow)
        #expect(try effect("2099-12-01T13:00:00Z") == .ask)
    }

    @Test func `that is not there is an error with the nearest one`() {
        let place = "~/.config/hitl/hitl.yaml:1:74: "
        let expected =
            "expected `UTC`, an offset such as `+01:00`, or a zone of this system such as `Europe/Berlin`, found "
        #expect(
            complaint("Europe/Berln") == place + expected + "the text `Europe/Berln` — did you mean `Europe/Berlin`?")
        #expect(
            complaint("europe/berlin") == place + expected + "the text `europe/berlin` — did you mean `Europe/Berlin`?")
        #expect(complaint("Nowhere/AtAllOnEarth") == place + expected + "the text `Nowhere/AtAllOnEarth`")
    }

    @Test(arguments: [
        "../../../etc/passwd", "/etc/passwd", "Europe/../Europe/Berlin", "Europe", "Europe/", "tzdata.zi", "zone.tab",
        "right/UTC/..",
        "\"\"", "a/b/c/d/e", "\"Europe/Berlin\\0\"",
    ])
    func `is a name and never a way out of the database`(_ zone: String) {
        #expect(complaint(zone) != nil)
    }

    @Test func `cannot be used where its file is damaged, too large or counts leap seconds`() {
        let home = TemporaryHome()
        home.write("TZif2", to: "zones/Cut")
        home.write(String(repeating: "x", count: (1 << 20) + 1), to: "zones/Large")
        home.write("hello", to: "zones/Text")
        let zones = ZoneFiles(directory: home.path + "/zones")
        func reason(_ name: String) -> String {
            switch zones.rules(for: name) {
            case .success: "usable"
            case .failure(.unknown(let nearest)): "unknown \(nearest ?? "-")"
            case .failure(.unusable(let reason)): reason
            }
        }
        #expect(reason("Cut") == "its file is cut off")
        #expect(reason("Large") == "its file is too large")
        #expect(reason("Text") == "unknown Text")
        #expect(reason("Cutt") == "unknown Cut")
        guard case .failure(.unusable) = ZoneFiles(directory: home.path + "/none").rules(for: "UTC") else {
            Issue.record("it was read from nowhere")
            return
        }
    }
}
