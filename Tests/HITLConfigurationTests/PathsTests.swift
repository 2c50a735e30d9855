import Testing

@testable import HITLConfiguration

@Suite struct `The paths of the program` {
    private func listing(_ environment: [String: String], home: String = "/home/ada") -> String {
        let paths = Paths(environment: environment, home: home)
        return [paths.configurationFile, paths.ledger, paths.outbox, paths.lineHistory, paths.socket()]
            .joined(separator: " ")
    }

    @Test func `follow the XDG specification`() {
        #expect(
            listing([:]) == """
                /home/ada/.config/hitl/hitl.yaml /home/ada/.local/state/hitl/ledger.db /home/ada/.local/state/hitl/outbox \
                /home/ada/.local/state/hitl/history /home/ada/.local/state/hitl/desk.sock
                """)
        #expect(
            listing(["XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s/", "XDG_RUNTIME_DIR": "/run/user/7"]) == """
                /c/hitl/hitl.yaml /s/hitl/ledger.db /s/hitl/outbox /s/hitl/history /run/user/7/hitl/desk.sock
                """)
        #expect(listing(["XDG_CONFIG_HOME": "", "XDG_STATE_HOME": "../s", "XDG_RUNTIME_DIR": "."]) == listing([:]))
    }

    @Test func `take the socket from the command line, else from its variable`() {
        let paths = Paths(
            environment: ["HITL_SOCKET": "~/s.sock", "XDG_RUNTIME_DIR": "/run/user/7"], home: "/home/ada")
        #expect(paths.socket(option: "/o.sock") == "/o.sock")
        #expect(paths.socket() == "/home/ada/s.sock")
        #expect(Paths(environment: ["HITL_SOCKET": ""], home: "/h").socket() == "/h/.local/state/hitl/desk.sock")
    }

    @Test func `have ~ for the home directory, and only at their beginning`() {
        let paths = Paths(environment: [:], home: "/home/ada")
        #expect(
            ["~", "~/", "~/a~/b", "~bob/x", "/~/x", "a/~", ""].map(paths.expanded) == [
                "/home/ada", "/home/ada/", "/home/ada/a~/b", "~bob/x", "/~/x", "a/~", "",
            ])
        #expect(
            ["/home/ada/x", "/home/adam/x", "/home/ada", "/x"].map(paths.shown) == [
                "~/x", "/home/adam/x", "/home/ada", "/x",
            ])
        #expect(Paths(environment: [:], home: "/").shown("/etc/x") == "/etc/x")
    }
}
