import HITLAgents
import HITLCore
import HITLGate
import HITLLedger
import Testing

/// The scenarios in `examples/`, played on real tools.
@Suite struct `An example` {
    private static let names = [
        "code-execution", "contract-generation", "demo", "medical-recommendation", "wire-transfers",
    ]

    private func scenario(_ name: String) throws -> Scenario {
        try Scenario(readFile("\(scenarioFolder)/\(name).yaml") ?? "")
    }

    /// What became of each call, in the order in which people were asked.
    private func results(_ stage: Stage) throws -> String {
        try Records(stage.gate.ledger.ledger).history(.init()).filter { $0.request != nil }
            .sorted { ($0.request?.number ?? 0) < ($1.request?.number ?? 0) }
            .map { history in
                let outcome = history.finished.map { " \($0.value.status.rawValue)" } ?? ""
                return "\(history.request?.number ?? 0) \(history.call?.tool ?? "") \(history.decision)\(outcome)"
            }.joined(separator: "\n")
    }

    @Test(arguments: names) func `changes nothing where everything is rejected`(_ name: String) async throws {
        let scenario = try scenario(name)
        try await play(scenario) { stage in
            let before = stage.workspace.files
            while let number = await stage.gate.queue.waiting.map(\.number).min() {
                try await stage.reject(number, "no")
            }
            for reply in scenario.replies {
                await stage.type(reply.example)
                while let number = await stage.gate.queue.waiting.map(\.number).min() {
                    try await stage.reject(number, "no")
                }
            }
            #expect(stage.workspace.files == before)
            #expect(stage.outside.names == [])
            #expect(await stage.doing() == "\(scenario.agents[0].name) is idle")
        }
    }

    @Test(arguments: names) func `fails nowhere when it is talked to`(_ name: String) async throws {
        let scenario = try scenario(name)
        try await play(scenario) { stage in
            while let number = await stage.gate.queue.waiting.map(\.number).min() {
                try await stage.reject(number, "no")
            }
            _ = stage.heard()
            for reply in scenario.replies {
                await stage.type(reply.example)
                while let number = await stage.gate.queue.waiting.map(\.number).min() {
                    try await stage.approve(number)
                }
                let heard = stage.heard()
                #expect(
                    !heard.contains("fail") && !heard.contains("(nothing)") && !heard.contains("I do not understand"))
            }
            #expect(try !results(stage).contains("approved failed"))
        }
    }

    @Test func `posts transfers below, at and above the threshold`() async throws {
        try await play(scenario("wire-transfers")) { stage in
            #expect(
                await stage.pending() == """
                    1 treasury executeTransaction { transactionId: "TX-9001", invoice: "INV-2041", payee: "Northwind Paper", \
                    amount: 9999.99, currency: "USD" } 0.97
                    2 treasury executeTransaction { transactionId: "TX-9002", invoice: "INV-2042", payee: "Contoso Machines", \
                    amount: 10000.00, currency: "USD" } 0.95
                    3 treasury executeTransaction { transactionId: "TX-9003", invoice: "INV-2043", payee: "Fabrikam Plant", \
                    amount: 75000.00, currency: "USD" } 0.83
                    """)
            // All three are pinned to the same script; posting one must not spoil the others.
            try await stage.approve(2, 1)
            try await stage.reject(3, "Too much at once")
            try await stage.approve(4)
            #expect(
                stage.workspace.read("transactions.csv") == """
                    transaction,invoice,payee,amount,currency
                    TX-9002,INV-2042,Contoso Machines,10000.00,USD
                    TX-9001,INV-2041,Northwind Paper,9999.99,USD
                    TX-9004,INV-2043,Fabrikam Plant,7500.00,USD

                    """)
            #expect(
                stage.heard() == """
                    treasury: Three invoices are due. I ask for each of them.
                    treasury: Posted: TX-9002,INV-2042,Contoso Machines,10000.00,USD
                    treasury: Posted: TX-9001,INV-2041,Northwind Paper,9999.99,USD
                    treasury: TX-9003 is not paid. You said: Too much at once
                    treasury: A deposit is posted: TX-9004,INV-2043,Fabrikam Plant,7500.00,USD
                    treasury: Those were the invoices. transactions.csv holds what was posted.
                    """)
        }
    }

    /// The script is pinned: what was approved must be what runs.
    @Test func `posts nothing with a script that was changed after it was shown`() async throws {
        try await play(scenario("wire-transfers")) { stage in
            try stage.workspace.write("echo 1,1,Mallory,1,USD >> transactions.csv", to: "bin/post.sh")
            try await stage.approve(1)
            #expect(stage.workspace.read("transactions.csv") == "transaction,invoice,payee,amount,currency\n")
            #expect(try results(stage) == "1 executeTransaction approved failed")
        }
    }

    @Test func `asks the director about a transfer that nobody decided`() async throws {
        try await play(scenario("wire-transfers")) { stage in
            await stage.expire(3, after: .minutes(5))
            #expect(
                await stage.pending() == #"""
                    4 treasury notifyFinance { transactionId: "TX-9003", message: "75,000 USD to Fabrikam Plant (INV-2043) waits \#
                    for your decision.\n" } 0.9
                    """#)
            try await stage.approve(4)
            #expect(stage.outside.names.count == 1)
            #expect(stage.outside.files.first?.value.contains("Subject: Payment TX-9003 needs your word\r\n") == true)
        }
    }

    @Test func `writes into a record only what a physician approved`() async throws {
        try await play(scenario("medical-recommendation")) { stage in
            try await stage.approve(1)
            #expect(
                await stage.doing() == """
                    diagnostics waits for 2, 3
                    diagnostics/therapist waits for 2
                    diagnostics/pharmacist waits for 3
                    """)
            try await stage.approve(2)
            try await stage.reject(3, "Aspirin only after the ECG")
            #expect(
                try results(stage) == """
                    1 generateDiagnosis approved succeeded
                    2 recommendTreatment approved succeeded
                    3 prescribe rejected
                    """)
            #expect(
                stage.heard() == """
                    diagnostics: I have read the intake of PT-12345 (chest pain, short of breath, 145/95, pulse 98).
                    diagnostics: The diagnosis is in the record.
                    diagnostics/pharmacist: Nothing is prescribed. You said: Aspirin only after the ECG
                    """)
            #expect(
                stage.workspace.read("patients/PT-12345/treatment.md") == """
                    # PT-12345, treatment

                    - rest until the ECG is read
                    - blood pressure twice a day
                    - back in one week, at once if the pain comes at rest


                    """)
            #expect(stage.workspace.read("patients/PT-12345/prescriptions.csv") == "date,drug,dose,prescriber\n")
        }
    }

    @Test func `drafts a contract, changes a clause and sends it for review`() async throws {
        try await play(scenario("contract-generation")) { stage in
            try await stage.approve(1, 2, 3)
            #expect(
                try results(stage) == """
                    1 generateContract approved succeeded
                    2 modifyClause approved succeeded
                    3 sendEmail approved succeeded
                    """)
            #expect(
                stage.workspace.read("drafts/senior-engineer.md")?.contains(
                    "3. Notice. Either side may end it at any time, in writing; two weeks are asked for, not required.\n"
                )
                    == true)
        }
    }

    @Test func `runs the code that was shown, over data that is there`() async throws {
        try await play(scenario("code-execution")) { stage in
            try await stage.approve(1)
            try await stage.reject(2, "Keep the original")
            try await stage.approve(3)
            #expect(
                stage.heard() == """
                    analyst: measurements.csv has readings of two stations. I begin with the mean of each.
                    analyst: Mean by station:
                    north -28.2
                    south 11.6
                    analyst: The north cannot have that mean. One reading is -99.0, which is how the sensor says that it failed.
                    analyst: I do not touch the original. You said: Keep the original
                    analyst: cleaned.csv is there beside the original:
                      7 measurements.csv
                      6 cleaned.csv
                     13 total
                    """)
        }
    }
}
