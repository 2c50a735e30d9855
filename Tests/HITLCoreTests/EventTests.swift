import HITLCore
import HITLTestSupport
import Testing

@Suite struct `The record of an event` {
    @Test func `is read back as the event that it was, for random events of every kind`() throws {
        var random = SplitMix(seed: 6)
        var kinds: [String: Int] = [:]
        for _ in 0..<3000 {
            let event = random.event()
            let record = event.record
            #expect(record.allSatisfy { (0x20...0x7E).contains($0) })
            let read: Event
            do { read = try Event(record: record) } catch {
                Issue.record("\(error): \(String(decoding: record, as: UTF8.self))")
                return
            }
            #expect(read == event)
            // `==` on strings takes canonically equivalent ones for the same; the bytes do not.
            #expect(read.record == record)
            kinds[event.json.object?["type"]?.string ?? "", default: 0] += 1
        }
        #expect(kinds.count == 15 && kinds.values.allSatisfy { $0 > 100 }, "\(kinds)")
    }

    @Test func `is refused where it is anything that would not have been written`() throws {
        var random = SplitMix(seed: 7)
        var refusals: [String: Int] = [:]
        for _ in 0..<5000 {
            let record = random.event().record
            let changed = random.damaged(record)
            guard changed != record else { continue }
            do throws(RecordError) {
                let read = try Event(record: changed)
                // Another event, and then spelled as it is written.
                #expect(read.record == changed)
                refusals["none", default: 0] += 1
            } catch {
                let kind =
                    switch error {
                    case .notJSON: "not JSON"
                    case .notAnObject: "no object"
                    case .missing: "missing"
                    case .unknownWord: "unknown word"
                    case .notCanonical: "not canonical"
                    }
                refusals[kind, default: 0] += 1
            }
        }
        #expect(refusals.count == 6 && refusals.values.allSatisfy { $0 > 20 }, "\(refusals)")
    }

    @Test func `has vectors, which another program made`() throws {
        var types: Set<String> = []
        var refused = 0
        for vector in try Neighbourhood.vectors("records.jsonl") {
            guard let text = vector["record"]?.string else { continue }
            let about = vector["about"]?.string ?? ""
            do throws(RecordError) {
                let event = try Event(record: Array(text.utf8))
                #expect(vector["refused"] == nil, "\(about)")
                #expect(String(decoding: event.record, as: UTF8.self) == text, "\(about)")
                types.insert(event.json.object?["type"]?.string ?? "")
            } catch {
                #expect(vector["refused"]?.string == error.description, "\(about)")
                refused += 1
            }
        }
        #expect(types.count == 13 && refused > 20)
    }

    @Test func `has a digest over all that runs and nothing that is only said`() throws {
        var count = 0
        for vector in try Neighbourhood.vectors("records.jsonl") {
            guard let text = vector["call"]?.string, let digested = vector["digested"]?.string else { continue }
            let call = try ToolCall(json: try JSONValue(parsing: text))
            #expect(call.json.canonicalText == text)
            #expect(String(decoding: call.digested, as: UTF8.self) == digested)
            count += 1
        }
        #expect(count >= 2)
    }

    @Test func `has a flaw where a program made what cannot be read back`() {
        let deep = (0..<65).reduce(JSONValue.null) { value, _ in [value] }
        let opened = Event.opened(.init(request(.deleting("x").with(arguments: .of(["deep": deep])))))
        #expect(opened.flaw == .nesting(limit: 64))
        #expect(
            Event.finished(subject: .request(1), Outcome(status: .failed, result: deep)).flaw == .nesting(limit: 64))
        let deeper = (0..<80).reduce(JSONValue.null) { value, _ in [value] }
        #expect(throws: RecordError.self) {
            try Event(record: Event.finished(subject: .request(1), Outcome(status: .failed, result: deeper)).record)
        }
        var random = SplitMix(seed: 9)
        for _ in 0..<500 { #expect(random.event().flaw == nil) }
    }

    @Test func `of what is as deep as it may be is read back`() throws {
        let deep = (0..<63).reduce(JSONValue.null) { value, _ in [value] }
        for event in [
            Event.opened(.init(request(.deleting("x").with(arguments: .of(["deep": deep]))))),
            .finished(subject: .request(1), Outcome(status: .failed, result: ["deep": deep])),
        ] {
            #expect(event.flaw == nil)
            #expect(try Event(record: event.record) == event)
        }
    }
}

private func request(_ call: ToolCall) -> ApprovalRequest {
    ApprovalRequest(
        number: 1, id: RequestID(bits: 1), call: call, digest: CallDigest("hmac-sha256:00"),
        verdict: Verdict(effect: .ask, rules: [], risk: Risk(factors: []), timeout: nil, policyVersion: "1"),
        requester: Cast.mason, attendance: .connected, openedAt: WallTime(milliseconds: 0), deadline: nil)
}

// MARK: Random events

/// The same value with its members in the order that a record has them in.
private func inOrder(_ value: JSONValue) -> JSONValue {
    do { return try JSONValue(parsing: value.canonical) } catch { return .null }
}

extension SplitMix {
    fileprivate mutating func maybe<Value>(_ value: (inout SplitMix) -> Value) -> Value? {
        Bool.random(using: &self) ? value(&self) : nil
    }

    private mutating func one<Value>(of values: [Value]) -> Value {
        values.randomElement(using: &self) ?? values[0]
    }

    private mutating func several<Value>(_ value: (inout SplitMix) -> Value) -> [Value] {
        (0..<Int.random(in: 0...2, using: &self)).map { _ in value(&self) }
    }

    private mutating func integer() -> Int64 {
        one(of: [0, 1, -1, 7, 1_767_277_800_000, .max, .min, Int64.random(in: .min ... .max, using: &self)])
    }

    private mutating func principal() -> Principal {
        Principal(role: one(of: [.agent, .person, .script, .gate]), name: text(), channel: text())
    }

    private mutating func review(_ answer: Review.Answer) -> Review {
        Review(
            answer: answer, reviewer: principal(), reason: maybe { $0.text() }, conditions: several { $0.text() },
            shownAt: maybe { WallTime(milliseconds: $0.integer()) }, hiddenLines: maybe { Int($0.integer()) },
            signature: maybe {
                DecisionSignature(key: $0.text(), at: WallTime(milliseconds: $0.integer()), value: $0.text())
            })
    }

    private mutating func status() -> Status {
        switch Int.random(in: 0...4, using: &self) {
        case 0: .rejected(review(.reject))
        case 1: .expired
        case 2: .withdrawn(by: principal(), reason: text())
        case 3: .superseded(by: integer())
        default: .approved(review(.approve))
        }
    }

    private mutating func facts() -> Facts {
        Facts(
            command: maybe { random in
                .init(
                    argv: random.several { $0.text() }, executable: random.text(),
                    environment: random.several { random in
                        .init(name: random.text(), value: random.maybe { $0.text() })
                    })
            },
            paths: several { .init(given: $0.text(), resolved: $0.text()) },
            pins: several { random in
                .init(
                    path: random.text(),
                    state: random.one(of: [
                        .unreadable, .absent, .directory, .file(sha256: random.text(), bytes: random.integer()),
                        .symbolicLink(target: random.text()),
                    ]))
            },
            preview: maybe { $0.text() }, warnings: several { $0.text() }, gateFiles: several { $0.text() })
    }

    private mutating func call() -> ToolCall {
        ToolCall(
            tool: text(), kind: one(of: ToolKind.allCases),
            arguments: inOrder(.object(object())).object ?? JSONObject(),
            origin: Origin(agent: text(), session: text(), lineage: several { $0.text() }),
            directory: maybe { $0.text() },
            claims: Claims(reason: maybe { $0.text() }, confidence: maybe { $0.number() }),
            performer: one(of: [.unobserved, .requester, .desk]), facts: Bool.random(using: &self) ? facts() : Facts(),
            compensates: maybe { $0.subject() })
    }

    private mutating func verdict() -> Verdict {
        Verdict(
            effect: one(of: Effect.allCases),
            rules: several { $0.rule() },
            risk: Risk(factors: several { .init(name: $0.text(), weight: Int(truncatingIfNeeded: $0.integer())) }),
            severity: one(of: Severity.allCases), obligations: Set(several { $0.one(of: Obligation.allCases) }),
            timeout: maybe { Milliseconds($0.integer()) }, charges: several { $0.charge() }, policyVersion: text())
    }

    private mutating func rule() -> RuleReference {
        RuleReference(
            name: text(), source: text(), fact: text(), action: one(of: Rule.Action.allCases),
            message: maybe { $0.text() },
            isUndecided: Bool.random(using: &self))
    }

    private mutating func charge() -> Charge {
        let limit = UsageLimit(
            maybe { _ in UsageLimit.Measure.calls } ?? .sum(of: ArgumentPath("/a~1b/0") ?? ArgumentPath("a")!),
            most: ExactDecimal(integer()), within: Milliseconds(integer()), scope: one(of: UsageLimit.Scope.allCases))
        return Charge(
            key: UsageKey(rule: text(), limit: limit, subject: maybe { $0.text() }), amount: ExactDecimal(integer()))
    }

    private mutating func subject() -> Subject {
        Bool.random(using: &self) ? .request(.random(in: 1 ... .max, using: &self)) : .call(RequestID(bits: next()))
    }

    private mutating func digest() -> CallDigest { CallDigest("hmac-sha256:" + String(next(), radix: 16)) }

    private mutating func opened() -> ApprovalRequest {
        ApprovalRequest(
            number: integer(), id: RequestID(bits: next()), call: call(), digest: digest(), verdict: verdict(),
            requester: principal(), attendance: one(of: [.connected, .detached]),
            openedAt: WallTime(milliseconds: integer()),
            deadline: maybe { WallTime(milliseconds: $0.integer()) }, supersedes: maybe { $0.integer() })
    }

    fileprivate mutating func event() -> Event {
        switch Int.random(in: 0...14, using: &self) {
        case 0: .opened(.init(opened()))
        case 1: .extended(request: integer(), deadline: WallTime(milliseconds: integer()))
        case 2: .closed(.init(opened().with(status: status()), waited: Milliseconds(integer())))
        case 3:
            .ruled(
                .init(
                    id: RequestID(bits: next()), call: call(), digest: digest(), verdict: verdict(),
                    requester: principal()))
        case 4: .started(subject: subject(), digest: digest())
        case 5:
            .finished(
                subject: subject(),
                Outcome(
                    status: one(of: Outcome.Status.allCases), summary: maybe { $0.text() },
                    result: maybe { inOrder($0.json()) },
                    executionTime: maybe { Milliseconds($0.integer()) }))
        case 6: .rolledBack(subject: subject(), by: subject())
        case 7: .attempted(by: principal(), what: text())
        case 8:
            .granted(
                Grant(
                    request: integer(), tool: text(), agent: text(), scope: one(of: GrantScope.allCases),
                    until: maybe { WallTime(milliseconds: $0.integer()) }, uses: maybe { Int($0.integer()) },
                    grantedBy: principal()))
        case 9: .revoked(grant: integer(), by: principal())
        case 10:
            .sessionStarted(
                .init(id: text(), operatorName: text(), agent: text(), gated: one(of: [.gated, .ungated])))
        case 11:
            .mended(.init(after: integer(), bytes: integer(), digest: text(), file: text(), by: principal()))
        case 12:
            .erased(
                .init(
                    request: integer(),
                    entries: [.init(sequence: integer(), left: text()), .init(sequence: integer(), left: text())],
                    reason: maybe { $0.text() }, by: principal()))
        case 13:
            .purged(
                .init(
                    request: integer(), through: integer(), lastNumber: integer(), floor: Milliseconds(integer()),
                    export: text(), reason: maybe { $0.text() }, by: principal()))
        default: .sessionEnded(id: text())
        }
    }

    /// A record with something else in it: a member gone, added, renamed or of another type, a byte changed.
    fileprivate mutating func damaged(_ record: [UInt8]) -> [UInt8] {
        switch Int.random(in: 0...4, using: &self) {
        case 0:
            var bytes = record
            bytes[Int.random(in: 0..<bytes.count, using: &self)] = UInt8.random(in: 0x20...0x7E, using: &self)
            return bytes
        case 1:
            var bytes = record
            bytes.insert(0x20, at: Int.random(in: 0...bytes.count, using: &self))
            return bytes
        default:
            guard let value = try? JSONValue(parsing: record, depth: 80) else { return record }
            return damaged(value).canonical
        }
    }

    private mutating func damaged(_ value: JSONValue) -> JSONValue {
        switch value {
        case .null, .bool, .number, .string: return json(depth: 1)
        case .array(var elements):
            guard !elements.isEmpty else { return json(depth: 1) }
            let place = Int.random(in: 0..<elements.count, using: &self)
            elements[place] = damaged(elements[place])
            return .array(elements)
        case .object(let object):
            var members = object.members
            if Int.random(in: 0...7, using: &self) == 0 { return json(depth: 0) }
            guard !members.isEmpty, Int.random(in: 0...3, using: &self) > 0 else {
                members.append(.init("zz" + text(), json(depth: 1)))
                return .object(JSONObject(members))
            }
            let place = Int.random(in: 0..<members.count, using: &self)
            switch Int.random(in: 0...2, using: &self) {
            case 0: members.remove(at: place)
            case 1: members[place] = .init(members[place].name + "x", members[place].value)
            default: members[place] = .init(members[place].name, damaged(members[place].value))
            }
            return .object(JSONObject(members))
        }
    }
}
