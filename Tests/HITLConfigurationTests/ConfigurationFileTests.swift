import Glibc
import Testing

@testable import HITLConfiguration

@Suite struct `The operator's file` {
    private let home = TemporaryHome()

    /// What is wrong, with the home directory's real name taken out.
    private func complaint(environment: [String: String] = [:], file: String? = nil) -> String {
        HITLConfigurationTests.complaint { () throws(Diagnostics) in
            _ = try home.load(environment: environment, file: file)
        }
        .replacing(home.path, with: "HOME")
    }

    @Test(arguments: [0o620, 0o602, 0o666, 0o777, 0o664] as [mode_t])
    func `is refused when others can write it`(mode: mode_t) {
        home.write("hitl: { enabled: true }\n", mode: mode)
        #expect(
            complaint() == """
                ~/.config/hitl/hitl.yaml: the file can be written by other users, so it cannot say what is allowed; \
                run: chmod go-w HOME/.config/hitl/hitl.yaml
                """)
    }

    @Test(arguments: [0o600, 0o644, 0o400, 0o755] as [mode_t])
    func `is read when only its owner can write it`(mode: mode_t) throws {
        home.write("hitl: { enabled: true }\n", mode: mode)
        #expect(try home.load().enabled.value)
    }

    @Test func `is refused when it belongs to somebody else`() throws {
        let path = home.write("hitl: { enabled: true }\n")
        var sources = home.sources()
        var owner = geteuid()
        if geteuid() == 0 {
            owner = 65_534
            try #require(chown(path, owner, 0) == 0)
        } else {
            sources.user = geteuid() + 1
        }
        let said = HITLConfigurationTests.complaint { () throws(Diagnostics) in _ = try Configuration.load(sources) }
        #expect(
            said.replacing(home.path, with: "HOME") == """
                ~/.config/hitl/hitl.yaml: the file belongs to user \(owner), neither to you nor to root, so it cannot \
                say what is allowed; look at it, then run: sudo chown "$(id -u)" HOME/.config/hitl/hitl.yaml
                """)
    }

    @Test(.enabled(if: geteuid() == 0)) func `may belong to root`() throws {
        home.write("hitl: { enabled: true }\n", mode: 0o644)
        var sources = home.sources()
        sources.user = 65_534
        #expect(try Configuration.load(sources).enabled.value)
    }

    @Test func `is named in the command as one word of a shell`() {
        let path = home.write("", to: "it's; rm -rf $HOME\u{1B}[2J/hitl.yaml", mode: 0o622)
        #expect(
            complaint(file: path) == """
                HOME/it's; rm -rf $HOME<U+001B>[2J/hitl.yaml: the file can be written by other users, so it cannot say \
                what is allowed; run: chmod go-w 'HOME/it'\\''s; rm -rf $HOME<U+001B>[2J/hitl.yaml'
                """)
    }

    @Test func `need not be there, unless somebody named it`() throws {
        #expect(try home.load().settings.allSatisfy { $0.sources == [.fallback] })
        #expect(complaint(file: "/nowhere/hitl.yaml") == "--config: there is no file `/nowhere/hitl.yaml`")
        #expect(
            complaint(environment: ["HITL_CONFIG": "~/other.yaml"]) == "HITL_CONFIG: there is no file `~/other.yaml`")
    }

    @Test func `is looked for at --config, HITL_CONFIG and the configuration directory, in this order`() throws {
        let option = home.write("hitl: { timeout: 1s }", to: "option.yaml")
        home.write("hitl: { timeout: 2s }", to: "variable.yaml")
        home.write("hitl: { timeout: 3s }", to: "xdg/hitl/hitl.yaml")
        home.write("hitl: { timeout: 4s }")
        var environment = ["HITL_CONFIG": "~/variable.yaml", "XDG_CONFIG_HOME": home.path + "/xdg"]
        func timeout(file: String? = nil) throws -> String {
            let setting = try home.load(environment: environment, file: file).setting("hitl.timeout")
            return "\(setting.text) \(setting.source)".replacing(home.path, with: "HOME")
        }
        #expect(try timeout(file: option) == "1s HOME/option.yaml:1:9")
        #expect(try timeout() == "2s ~/variable.yaml:1:9")
        environment["HITL_CONFIG"] = ""
        #expect(try timeout() == "3s ~/xdg/hitl/hitl.yaml:1:9")
        environment["XDG_CONFIG_HOME"] = "relative"
        #expect(try timeout() == "4s ~/.config/hitl/hitl.yaml:1:9")
        environment["NEUROLINK_HITL_CONFIG"] = "~/variable.yaml"
        #expect(try timeout() == "2s ~/variable.yaml:1:9")
    }

    @Test func `must be a file`() {
        mkdir(home.path + "/directory", 0o700)
        mkfifo(home.path + "/pipe", 0o600)
        symlink(home.path + "/loop", home.path + "/loop")
        #expect(complaint(file: home.path + "/directory") == "HOME/directory: not a regular file")
        #expect(complaint(file: home.path + "/pipe") == "HOME/pipe: not a regular file")
        #expect(complaint(file: home.path + "/loop") == "HOME/loop: cannot be read: too many symbolic links")
        #expect(complaint(file: "/dev/zero") == "/dev/zero: not a regular file")
    }

    @Test(.enabled(if: geteuid() != 0)) func `must be readable`() {
        home.write("", mode: 0o000)
        #expect(complaint() == "~/.config/hitl/hitl.yaml: cannot be read: permission denied")
    }

    @Test func `may be a link to a file that passes the same checks`() throws {
        let path = home.write("hitl: { enabled: true }", to: "dotfiles/hitl.yaml")
        let link = home.path + "/link.yaml"
        symlink(path, link)
        #expect(try home.load(file: link).enabled.value)
        chmod(path, 0o666)
        #expect(complaint(file: link).hasSuffix("run: chmod go-w HOME/link.yaml"))
    }

    @Test func `is not read beyond its limit`() {
        home.write("# " + String(repeating: "x", count: 4 << 20))
        #expect(complaint() == "~/.config/hitl/hitl.yaml: the file is larger than 4194304 bytes")
    }
}
