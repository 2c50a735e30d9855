import HITLPlatform

/// The name under which whoever runs the tests decides.
let operatorName = (try? Account.current().name) ?? "nobody"

/// Texts without what differs from run to run: identities, digests, times, names, and where the home is.
func masked(_ text: String, in home: Home) -> String {
    let fixed = text.replacing(home.root, with: "HOME")
        .replacing(/hitl-demo-[A-Za-z0-9]{6}/, with: "DEMO")
        .replacing(/evt_[0-9a-f]{16}/, with: "EVT")
        .replacing(/sess_[0-9a-f]{16}/, with: "SESS")
        .replacing(/sha256:[0-9a-f]{64}/, with: "sha256:DIGEST")
        .replacing(/SHA256:[A-Za-z0-9+\/]{12,43}/, with: "KEY")
        .replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z/, with: "TIME")
        .replacing(/[0-9a-f]{24}/, with: "MESSAGE")
        .replacing(/Date: .*/, with: "Date: DATE")
        .replacing(/[0-9]+ seconds? ago/, with: "N seconds ago")
        .replacing(/\([0-9]+ ms\)/, with: "(N ms)")
        // How risks are weighed has tests of its own.
        .replacing(/Risk: [^\n]*(\n {5}[a-z_]+ [0-9]+[,)][^\n]*)*/, with: "Risk: RISK")
        .replacing(/[ ]+\n/, with: "\n")
    guard let name = try? Regex("\\b\(operatorName)\\b") else { return fixed }
    return fixed.replacing(name, with: "OPERATOR")
}

func masked(_ rows: [String], in home: Home) -> String {
    masked(rows.joined(separator: "\n"), in: home)
}
