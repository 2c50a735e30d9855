import HITLAgents
import HITLCore
import HITLGate
import Testing

@Suite struct `The demo` {
    @Test func `is the file in examples`() {
        #expect(Scenario.demoSource == readFile(scenarioFolder + "/demo.yaml"))
    }

    @Test func `begins with the two requests of the documented transcript`() async throws {
        let (heard, pending, files) = try await play(.demo()) { stage in
            (stage.heard(), await stage.pending(), stage.workspace.names)
        }
        #expect(
            heard == """
                main: Hello! I look after the files of a small shop: <workspace>
                The files are real, and so is what I do to them. So I ask you first.
                Two things to begin with: an old list of customers should go, and one of them waits for news.
                main: /hitl status            what waits for you
                /hitl show 1            all of request 1
                /hitl approve 1         do it
                /hitl reject 2 --reason "…"     don't, and I hear why
                Or talk to me: delete the temporary files
                """)
        #expect(
            pending == """
                1 main deleteFile { path: "<workspace>/data.csv" } 0.76
                2 main sendEmail { to: "customer@example.com", subject: "Order Update" } 0.92
                """)
        #expect(
            files == [
                "data.csv", "import-1.tmp", "import-2.tmp", "notes.md", "orders/2026-10.csv", "orders/2026-11.csv",
                "thumbnails.tmp",
            ])
    }

    @Test func `does what was approved, hears what was rejected, and goes on`() async throws {
        try await play(.demo()) { stage in
            _ = stage.heard()
            try await stage.approve(1)
            #expect(stage.heard() == "main: data.csv is gone.")
            #expect(stage.workspace.read("data.csv") == nil)

            try await stage.reject(2, "Email template needs review")
            #expect(stage.heard() == "main: I do not send it. You said: Email template needs review")
            #expect(stage.outside.names == [])
            #expect(
                await stage.pending() == """
                    3 main writeFile { path: "drafts/order-update.md", content: "Subject: Order Update\\n\\nDear \
                    customer,\\n\\norder 1032 leaves us on Monday. You can still change the address until then.\\n" } 0.88
                    """)

            try await stage.approve(3)
            #expect(stage.heard() == "main: A draft is in drafts/order-update.md. Change it as you like.")
            #expect(
                await stage.pending() == """
                    4 main executeCommand { command: "awk -F, 'NR > 1 { count++; sum += $4 } END { printf \\"%d orders, \
                    %.2f in all\\", count, sum }' orders/2026-11.csv | tee total.txt" } 0.97
                    """)

            try await stage.approve(4)
            #expect(stage.heard() == "main: November so far: 4 orders, 394.00 in all")
            #expect(
                await stage.pending()
                    == ##"5 main writeFile { path: "reports/november.md", content: "# November\n\n4 orders, 394.00 in all\n" } 0.95"##
            )

            try await stage.approve(5)
            #expect(
                stage.heard() == """
                    main: It is written down in reports/november.md.
                    main: Two helpers of mine do the rest at the same time.
                    """)
            #expect(stage.workspace.read("reports/november.md") == "# November\n\n4 orders, 394.00 in all\n")
            #expect(
                await stage.pending() == """
                    6 main/archivist moveFile { from: "orders/2026-10.csv", to: "archive/orders-2026-10.csv" } 0.9
                    7 main/secretary editFile { path: "notes.md", oldText: "- file last month's orders\\n", newText: "" } 0.81
                    """)
            #expect(
                await stage.doing() == """
                    main waits for 6, 7
                    main/archivist waits for 6
                    main/secretary waits for 7
                    """)

            try await stage.approve(7)
            #expect(stage.heard() == "main/secretary: One thing less in notes.md.")
            try await stage.reject(6)
            #expect(
                stage.heard() == """
                    main/archivist: October stays. You said: no reason was given
                    main: That was all from me. Look into <workspace>: what /hitl history tells has happened, and nothing else.
                    You can go on talking to me.
                    """)
            #expect(await stage.pending() == "")
            #expect(await stage.doing() == "main is idle")
            #expect(
                stage.workspace.names == [
                    "drafts/order-update.md", "import-1.tmp", "import-2.tmp", "notes.md", "orders/2026-10.csv",
                    "orders/2026-11.csv", "reports/november.md", "thumbnails.tmp", "total.txt",
                ])
            #expect(
                stage.workspace.read("notes.md") == "# To do\n\n- tell customer@example.com when order 1032 leaves\n")
        }
    }

    @Test func `proposes something safer after a rejection`() async throws {
        try await play(.demo()) { stage in
            _ = stage.heard()
            try await stage.reject(1, "Legal wants to keep it")
            #expect(stage.heard() == "main: data.csv stays. You said: Legal wants to keep it")
            #expect(
                await stage.pending().hasSuffix(
                    #"3 main moveFile { from: "data.csv", to: "archive/data.csv" } 0.93"#))
            try await stage.approve(3)
            #expect(stage.heard() == "main: I moved data.csv to archive/ instead.")
            #expect(stage.workspace.read("archive/data.csv")?.hasPrefix("customer,email,phone\n") == true)
        }
    }

    @Test func `tells an expired request from a rejected one`() async throws {
        try await play(.demo()) { stage in
            _ = stage.heard()
            await stage.expire(2, after: .minutes(5))
            let heard = stage.heard().split(separator: "\n").sorted()
            #expect(
                heard == [
                    "main: Nobody decided about data.csv, so I left it alone.",
                    "main: Nobody decided about the message, so I did not send it.",
                ])
            #expect(stage.workspace.read("data.csv") != nil)
        }
    }

    @Test func `deletes the temporary files that are really there`() async throws {
        try await play(.demo()) { stage in
            try stage.workspace.write("new", to: "from the operator.tmp")
            try await stage.approve(1)
            _ = stage.heard()
            await stage.type("Please delete all the temporary files!")
            #expect(
                await stage.pending() == """
                    2 main sendEmail { to: "customer@example.com", subject: "Order Update" } 0.92
                    3 main deleteFile { path: "from the operator.tmp" } 0.9
                    4 main deleteFile { path: "import-1.tmp" } 0.9
                    5 main deleteFile { path: "import-2.tmp" } 0.9
                    6 main deleteFile { path: "thumbnails.tmp" } 0.9
                    """)
            try await stage.approve(3, 5)
            try await stage.reject(4, "still needed")
            #expect(
                stage.heard() == """
                    main: from the operator.tmp is gone.
                    main: import-2.tmp is gone.
                    main: import-1.tmp stays. You said: still needed
                    """)
            try await stage.approve(6)
            #expect(stage.workspace.names.filter { $0.hasSuffix(".tmp") } == ["import-1.tmp"])

            _ = stage.heard()
            await stage.type("delete the temporary files")
            try await stage.approve(7)
            await stage.type("delete the temporary files")
            #expect(
                stage.heard() == """
                    main: import-1.tmp is gone.
                    main: There are no temporary files any more.
                    """)
        }
    }

    @Test func `says what it understands`() async throws {
        try await play(.demo()) { stage in
            _ = stage.heard()
            await stage.type("open the pod bay doors")
            #expect(
                stage.heard() == """
                    main: I do not understand that. I understand:
                      delete the temporary files
                      list the files
                      how much did we sell?
                      write a report
                      do two things at once
                    """)
            await stage.type("LIST the files, please")
            #expect(
                stage.heard() == """
                    main: In the workspace itself there are:
                    main:   data.csv
                    main:   import-1.tmp
                    main:   import-2.tmp
                    main:   notes.md
                    main:   thumbnails.tmp
                    """)
            #expect(await stage.pending().split(separator: "\n").count == 2)
        }
    }

    /// What is proven to only read asks as well under `autoApproveThreshold: never`.
    @Test func `looks at the workspace through the gate`() async throws {
        let strict = Policy(rules: [], timeout: nil, version: "strict")
        try await play(.demo(), policy: strict) { stage in
            _ = stage.heard()
            await stage.type("delete the temporary files")
            #expect(await stage.pending().hasSuffix(#"3 main listFiles { path: "." }"#))
            try await stage.reject(3, "none of your business")
            #expect(
                stage.heard() == """
                    main: `listFiles` was not executed: alice rejected request 3, with the reason "none of your business". \
                    This is a decision and no error: do not ask for the same again; a call that meets the reason may be accepted.
                    """)
        }
    }
}
