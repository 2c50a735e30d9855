import HITLCore
import HITLTestSupport
import Testing

private let noon = WallTime(milliseconds: 1_767_268_800_000)

private func request(
    _ status: Status = .pending, deadline: WallTime? = noon + .minutes(5), obligations: Set<Obligation> = []
) -> ApprovalRequest {
    ApprovalRequest(
        number: 7, id: RequestID(bits: 7), call: .deleting("x"), digest: CallDigest("hmac-sha256:07"),
        verdict: Verdict(
            effect: .ask, rules: [], risk: Risk(factors: []), obligations: obligations, timeout: .minutes(5),
            policyVersion: "1"),
        requester: Cast.mason, attendance: .connected, openedAt: noon, deadline: deadline, status: status)
}

/// What the machine says, in words, and that it left the request alone where it refused.
private func apply(_ input: ApprovalRequest.Input, to request: ApprovalRequest, at now: WallTime = noon) -> String {
    var changed = request
    do throws(ReviewError) {
        switch try changed.apply(input, at: now) {
        case .close(let status):
            #expect(changed.status == status)
            return "closed: \(status.word)"
        case .waitUntil(let deadline):
            #expect(changed.deadline == deadline && changed.status == .pending)
            return "waits \((deadline - noon).text)"
        case .keepWaiting:
            #expect(changed == request)
            return "waits on"
        }
    } catch {
        #expect(changed == request)
        switch error {
        case .alreadyClosed(let status): return "already \(status.word)"
        case .ownRequest(let principal): return "own request of \(principal.name)"
        case .reasonRequired(let answer): return "reason to \(answer.rawValue) required"
        case .digestMismatch(let shown, let current): return "shown \(shown), is \(current)"
        default: return "\(error)"
        }
    }
}

private let inputs: [(name: String, input: ApprovalRequest.Input)] = [
    ("approve", .review(Cast.ada.approval("seen"), shown: nil)),
    ("approve what was shown", .review(Cast.ada.approval(), shown: CallDigest("hmac-sha256:07"))),
    ("approve something else", .review(Cast.ada.approval(), shown: CallDigest("hmac-sha256:08"))),
    ("reject", .review(Cast.bo.rejection("no"), shown: nil)),
    ("reject something else", .review(Cast.bo.rejection(), shown: CallDigest("hmac-sha256:08"))),
    ("approve one's own", .review(Cast.mason.approval("trust me"), shown: nil)),
    ("reject one's own", .review(Cast.mason.rejection(), shown: nil)),
    ("deadline", .deadlineReached),
    ("withdraw", .withdraw(by: Cast.mason, reason: "never mind")),
    ("edit", .supersede(by: 8)),
    ("extend", .extend(to: noon + .minutes(10))),
    ("extend to the same", .extend(to: noon + .minutes(5))),
    ("extend to less", .extend(to: noon + .minutes(1))),
]

@Suite struct `An open request` {
    @Test func `answers each input before its deadline`() {
        #expect(
            inputs.map { "\($0.name): \(apply($0.input, to: request(), at: noon + (.minutes(5) - Milliseconds(1))))" }
                == [
                    "approve: closed: approved",
                    "approve what was shown: closed: approved",
                    "approve something else: shown hmac-sha256:08, is hmac-sha256:07",
                    "reject: closed: rejected",
                    "reject something else: shown hmac-sha256:08, is hmac-sha256:07",
                    "approve one's own: own request of mason",
                    "reject one's own: own request of mason",
                    "deadline: waits on",
                    "withdraw: closed: withdrawn",
                    "edit: closed: superseded",
                    "extend: waits 10m",
                    "extend to the same: waits on",
                    "extend to less: waits on",
                ])
    }

    @Test(arguments: [Milliseconds(0), Milliseconds(1), .minutes(60), Milliseconds(.max)])
    func `is expired by each input at its deadline and after`(late: Milliseconds) {
        for (name, input) in inputs {
            #expect(apply(input, to: request(), at: noon + .minutes(5) + late) == "closed: expired", "\(name)")
        }
    }

    @Test func `without a deadline answers each input whenever it comes`() {
        for now in [noon, noon + Milliseconds(.max)] {
            #expect(
                inputs.map { apply($0.input, to: request(deadline: nil), at: now) } == [
                    "closed: approved", "closed: approved", "shown hmac-sha256:08, is hmac-sha256:07",
                    "closed: rejected",
                    "shown hmac-sha256:08, is hmac-sha256:07", "own request of mason", "own request of mason",
                    "waits on",
                    "closed: withdrawn", "closed: superseded", "waits 10m", "waits 5m", "waits 1m",
                ])
        }
    }

    @Test func `wants the reasons that the policy wants`() {
        let blank = ["", " ", "\t\n", "\u{200B}", "\u{A0}\u{3000}", "\u{2060}\u{E0041}", "\u{1B}"]
        for (obligations, approve, reject) in [
            ([], "closed: approved", "closed: rejected"),
            ([.reasonToApprove], "reason to approve required", "closed: rejected"),
            ([.reasonToReject], "closed: approved", "reason to reject required"),
            ([.reasonToApprove, .reasonToReject], "reason to approve required", "reason to reject required"),
        ] as [(Set<Obligation>, String, String)] {
            let request = request(obligations: obligations)
            for reason in [nil] + blank {
                #expect(apply(.review(Cast.ada.approval(reason), shown: nil), to: request) == approve)
                #expect(apply(.review(Cast.ada.rejection(reason), shown: nil), to: request) == reject)
            }
            for reason in ["ok", " . ", "\u{1F600}", "\u{E9}"] {
                #expect(apply(.review(Cast.ada.approval(reason), shown: nil), to: request) == "closed: approved")
                #expect(apply(.review(Cast.ada.rejection(reason), shown: nil), to: request) == "closed: rejected")
            }
        }
    }

    @Test func `keeps the review that closed it, word for word`() throws {
        var request = request()
        let review = Review(
            answer: .approve, reviewer: Cast.ada, reason: " seen ", conditions: ["before noon"],
            shownAt: noon + .seconds(1))
        _ = try request.apply(.review(review, shown: nil), at: noon)
        #expect(request.status == .approved(review))
    }
}

@Suite struct `A closed request` {
    @Test(arguments: [
        Status.rejected(Cast.bo.rejection("no")), .expired, .withdrawn(by: Cast.mason, reason: "never mind"),
        .superseded(by: 8),
        .approved(Cast.ada.approval()),
    ]) func `answers each input with what it became`(status: Status) {
        for now in [noon, noon + .minutes(60)] {
            for (name, input) in inputs {
                #expect(apply(input, to: request(status), at: now) == "already \(status.word)", "\(name)")
            }
        }
    }
}
