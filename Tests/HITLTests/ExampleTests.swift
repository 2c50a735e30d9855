import Glibc
import HITLTestSupport
import Testing

@Suite struct `The example program` {
    @Test func `tells the story that its comments promise`() throws {
        let output = try Self.run("refund-desk")
        // Its two streams of lines (results and events) are printed by two tasks.
        #expect(
            output.split(separator: "\n").sorted().joined(separator: "\n") == """
                  [1] refund: approved
                  [2] refund: superseded
                  [3] refund: approved
                  [4] deleteCustomer: rejected
                approved 2, rejected 1
                deleteCustomer: HITL_APPROVAL_REJECTED
                readOrder: order 1032: one lamp, 25.00
                refund: refunded 100
                refund: refunded 25
                """)
    }

    @Test func `signs what it keeps`() throws {
        var template = Array("/tmp/hitl-refunds-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let directory = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        defer { _ = system("rm -r '\(directory)'") }
        // A second day goes on with the same key.
        for signed in [3, 6] {
            #expect(
                try Self.run("refund-desk", "\(directory)/refunds.db").contains("signed \(signed), not as signed 0\n"))
        }
    }

    /// Runs a program that stands beside the tests.
    private static func run(_ name: String, _ path: String = "") throws -> String {
        let stream = try #require(popen("'\(PseudoTerminal.built(name))' \(path)", "r"))
        defer { pclose(stream) }
        var output: [UInt8] = []
        while true {
            let byte = getc(stream)
            if byte == EOF { return String(decoding: output, as: UTF8.self) }
            output.append(UInt8(truncatingIfNeeded: byte))
        }
    }
}
