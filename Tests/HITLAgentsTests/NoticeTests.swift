import HITLAgents
import HITLCore
import Testing

@Suite struct `What an agent is told` {
    private let alice = Principal(role: .person, name: "alice", channel: "tty")

    private func notice(_ refusal: Refusal, request: Int64? = 2, proposedAs: Int64? = nil) -> String {
        RefusalNotice(refusal: refusal, tool: "sendEmail", request: request, proposedAs: proposedAs).sentence
    }

    @Test func `of a rejection with its reason`() {
        let review = Review(answer: .reject, reviewer: alice, reason: "Email template needs review")
        #expect(
            notice(.rejected(review)) == """
                `sendEmail` was not executed: alice rejected request 2, with the reason "Email template needs review". \
                This is a decision and no error: do not ask for the same again; a call that meets the reason may be accepted.
                """)
        #expect(
            RefusalNotice(refusal: .rejected(review), tool: "sendEmail", request: 2).json.canonicalText == #"""
                {"by":"alice","decision":"rejected","error":false,"executed":false,"message":"`sendEmail` was not executed: \#
                alice rejected request 2, with the reason \"Email template needs review\". This is a decision and no error: \#
                do not ask for the same again; a call that meets the reason may be accepted.","reason":"Email template needs \#
                review","request":2,"tool":"sendEmail"}
                """#)
    }

    @Test func `of a rejection without a reason`() {
        #expect(
            notice(.rejected(Review(answer: .reject, reviewer: alice))) == """
                `sendEmail` was not executed: alice rejected request 2, without a reason. \
                This is a decision and no error: do not ask for the same again; ask what would be accepted.
                """)
    }

    @Test func `of a rejection of what an operator had edited`() {
        #expect(
            notice(.rejected(Review(answer: .reject, reviewer: alice)), request: 5, proposedAs: 2) == """
                `sendEmail` was not executed: alice rejected request 5 (your request 2 with arguments that the operator \
                edited), without a reason. This is a decision and no error: do not ask for the same again; ask what would \
                be accepted.
                """)
    }

    @Test func `of a request that nobody decided`() {
        #expect(
            notice(.expired) == """
                `sendEmail` was not executed: nobody decided request 2 in time. \
                This is neither a rejection nor an error: ask again only if it is still needed.
                """)
        #expect(
            RefusalNotice(refusal: .expired, tool: "sendEmail", request: 2).json.canonicalText == """
                {"decision":"expired","error":false,"executed":false,"message":"`sendEmail` was not executed: nobody \
                decided request 2 in time. This is neither a rejection nor an error: ask again only if it is still \
                needed.","request":2,"tool":"sendEmail"}
                """)
    }

    @Test func `of a request that was withdrawn`() {
        #expect(
            notice(.withdrawn(by: alice, reason: "not today")) == """
                `sendEmail` was not executed: request 2 was withdrawn by alice: not today. \
                This is neither a rejection nor an error: ask again only if it is still needed.
                """)
    }

    @Test func `of a request that another one replaced`() {
        #expect(
            notice(.superseded(by: 3)) == """
                `sendEmail` was not executed: request 2 was replaced by request 3. \
                This is no error: what becomes of the other request is told there.
                """)
    }

    @Test func `of a rule that denies`() {
        let rule = RuleReference(
            name: "self-protection", source: "built-in", fact: "it would touch files of the gate itself")
        #expect(
            notice(.denied(by: [rule]), request: nil) == """
                `sendEmail` was not executed: the policy does not allow it (rule `self-protection`: it would touch files \
                of the gate itself); nobody was asked. This is no error, and asking again changes nothing; a call that the \
                rule does not cover may be allowed.
                """)
    }

    @Test func `of a rule that denies, with what its author has to say, and not what others have for who is asked`() {
        let rules = [
            RuleReference(
                name: "no-force", source: "hitl.yaml:3:7", fact: "the command is `git push --force`", action: .block,
                message: "Push without force, or ask the owner of the branch"),
            RuleReference(name: "pushes", source: "hitl.yaml:9:7", fact: "it pushes", message: "Look at the branch"),
        ]
        #expect(
            notice(.denied(by: rules), request: nil) == """
                `sendEmail` was not executed: the policy does not allow it (rule `no-force`: the command is \
                `git push --force`; rule `pushes`: it pushes); nobody was asked. It says: "Push without force, or ask the \
                owner of the branch". This is no error, and asking again changes nothing; a call that the rule does not \
                cover may be allowed.
                """)
        let told = RefusalNotice(refusal: .denied(by: rules), tool: "sendEmail", request: nil)
        #expect(told.reason == "Push without force, or ask the owner of the branch")
        // And over a socket it is the same.
        #expect(RuleReference.list(in: .array(rules.map(\.json))) == rules)
    }

    /// Where the ledger lies and what is wrong with it is no agent's business.
    @Test func `of a ledger that cannot be written, without its path`() {
        #expect(
            notice(.ledgerUnavailable(because: "/home/alice/.local/state/hitl/ledger.db: disk full"), request: nil)
                == """
                `sendEmail` was not executed: the decision cannot be recorded at the moment, and what cannot be recorded \
                does not run. Nothing is wrong with the call: the operator has to mend the ledger first.
                """)
    }

    @Test func `of the other refusals`() {
        #expect(
            [Refusal.tooManyPending(limit: 50), .alreadyStarted, .idInUse, .deskClosing].map {
                notice($0, request: nil)
            } == [
                """
                `sendEmail` was not executed: 50 requests of yours are waiting already, which is the most there may be. \
                This is no error: ask again when some of them are decided.
                """,
                """
                `sendEmail` was not executed: this very call was started before, and nothing runs twice. \
                This is no error: look at what the first one did before you ask for anything like it.
                """,
                "`sendEmail` was not executed: its id belongs to another call. Ask again under an id of its own.",
                """
                `sendEmail` was not executed: the desk is closing, so nobody can decide. \
                This is no error: ask again when a desk is running.
                """,
            ])
    }

    @Test func `of an edit, member by member`() {
        func call(_ arguments: JSONValue) -> ToolCall {
            ToolCall(
                tool: "httpRequest", kind: .fetch, arguments: arguments.object ?? JSONObject(),
                origin: Origin(agent: "simulated", session: "s1"), performer: .desk)
        }
        let proposed = call(["url": "http://a", "headers": ["A/B": "1", "C": "2"], "body": "x"])
        let permitted = call(["url": "http://a", "headers": ["A/B": "1", "C": 3], "method": "PUT"])
        let notice = EditNotice(proposed: proposed, permitted: permitted, request: 7)
        #expect(
            notice?.sentence == """
                `httpRequest` was approved as request 7 with other arguments than you proposed: `headers/C` is 3 instead of \
                "2"; `body` was removed; it was "x"; `method` was added: "PUT". What ran is the edited call.
                """)
        #expect(
            notice?.json.canonicalText == #"""
                {"edited":[{"from":"2","path":"/headers/C","to":3},{"from":"x","path":"/body"},{"path":"/method","to":"PUT"}],\#
                "message":"`httpRequest` was approved as request 7 with other arguments than you proposed: `headers/C` is 3 \#
                instead of \"2\"; `body` was removed; it was \"x\"; `method` was added: \"PUT\". What ran is the edited \#
                call.","request":7,"tool":"httpRequest"}
                """#)
        #expect(EditNotice(proposed: proposed, permitted: proposed, request: 7) == nil)
    }
}
