import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

@testable import HITLLedger

/// Tools of OpenSSH, where the machine has them.
private enum Tools {
    static let arePresent: Bool = {
        let missing = ["ssh-keygen", "ssh-agent", "ssh-add"].filter { access("/usr/bin/" + $0, X_OK) != 0 }
        if !missing.isEmpty { print("NOT TESTED against OpenSSH: \(missing.joined(separator: ", ")) not installed") }
        return missing.isEmpty
    }()

    /// What a shell line prints; the directory is `$0`.
    static func shell(_ line: String, in directory: String, _ environment: String = "") async throws -> [String] {
        let process = try ProbeProcess(command: ["/bin/sh", "-c", environment + " " + line, directory])
        let lines = await process.lines()
        #expect(await process.wait() == 0, "\(line): \(lines)")
        return lines
    }

    static func read(_ path: String) throws -> [UInt8] { try SmallFile.read(path) }
}

private final class Directory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/hitl-ssh-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap(mkdtemp).map { String(cString: $0) } ?? "/nonexistent"
        }
    }

    deinit {
        for name in ["key", "key.pub", "other", "other.pub", "agent", "ask", "text"] { unlink(path + "/" + name) }
        rmdir(path)
    }

    func write(_ bytes: [UInt8], to name: String) throws { try PrivateFile.write(bytes, to: path + "/" + name) }
}

@Suite struct `A key file of OpenSSH` {
    @Test func `that we write is read back, and by ssh-keygen too`() async throws {
        let key = try #require(SigningKey(seed: [UInt8](repeating: 9, count: 32)))
        let written = try OpenSSHKeyFile(key, comment: "ada hitl").bytes()
        let read = try OpenSSHKeyFile(written)
        #expect(read.key.seed == key.seed && read.key.verifying == key.verifying && read.comment == "ada hitl")
        guard Tools.arePresent else { return }
        let directory = Directory()
        try directory.write(written, to: "key")
        #expect(
            try await Tools.shell("ssh-keygen -y -f $0/key", in: directory.path) == [
                key.verifying.openSSH + " ada hitl"
            ])
        #expect(
            try await Tools.shell("ssh-keygen -l -f $0/key", in: directory.path) == [
                "256 \(key.verifying.name) ada hitl (ED25519)"
            ])
    }

    @Test(.enabled(if: Tools.arePresent)) func `that ssh-keygen writes is read, and signs`() async throws {
        let directory = Directory()
        for comment in ["", "a", "bb", "ccc", "dddd", "eeeee", "ffffff", "ggggggg", "ada@example.org"] {
            _ = try await Tools.shell(
                "rm -f $0/key; ssh-keygen -q -t ed25519 -N '' -C '\(comment)' -f $0/key", in: directory.path)
            let file = try OpenSSHKeyFile(Tools.read(directory.path + "/key"))
            let line = String(decoding: try Tools.read(directory.path + "/key.pub"), as: UTF8.self)
            #expect(file.comment == comment)
            #expect(VerifyingKey(openSSH: line.filter { $0 != "\n" }) == file.key.verifying)
            let message = Array("a message".utf8)
            #expect(file.key.verifying.accepts(try file.key.sign(message), of: message))
        }
    }

    @Test(.enabled(if: Tools.arePresent)) func `with a passphrase, or of another type, is refused as that`()
        async throws
    {
        let directory = Directory()
        _ = try await Tools.shell("ssh-keygen -q -t ed25519 -N 'secret' -f $0/key", in: directory.path)
        #expect(throws: OpenSSHKeyFile.Flaw.encrypted) {
            try OpenSSHKeyFile(Tools.read(directory.path + "/key"))
        }
        _ = try await Tools.shell("ssh-keygen -q -t ecdsa -N '' -f $0/other", in: directory.path)
        #expect(throws: OpenSSHKeyFile.Flaw.notEd25519("ecdsa-sha2-nistp256")) {
            try OpenSSHKeyFile(Tools.read(directory.path + "/other"))
        }
    }

    @Test func `is refused with any letter changed, left out or added`() throws {
        let key = try #require(SigningKey(seed: [UInt8](repeating: 3, count: 32)))
        let file = try OpenSSHKeyFile(key, comment: "ada").bytes()
        var taken = 0
        for place in file.indices {
            for change in 0..<3 {
                var changed = file
                switch change {
                case 0: changed[place] = changed[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
                case 1: changed.remove(at: place)
                default: changed.insert(UInt8(ascii: "A"), at: place)
                }
                do throws(OpenSSHKeyFile.Flaw) {
                    // The comment is nobody's business, nor are line feeds.
                    let read = try OpenSSHKeyFile(changed)
                    #expect(read.key.seed == key.seed)
                    taken += 1
                } catch { continue }
            }
        }
        #expect(taken < 40)
        #expect(throws: OpenSSHKeyFile.Flaw.notAKeyFile) { try OpenSSHKeyFile([]) }
        #expect(throws: OpenSSHKeyFile.Flaw.notAKeyFile) { try OpenSSHKeyFile(Array("ssh-ed25519 AAAA".utf8)) }
    }

    @Test func `has a public line that is read in one spelling`() throws {
        let key = try #require(SigningKey(seed: [UInt8](repeating: 3, count: 32))).verifying
        #expect(VerifyingKey(openSSH: key.openSSH) == key)
        #expect(VerifyingKey(openSSH: key.openSSH + " ada@example.org") == key)
        for wrong in ["", "ssh-ed25519", "ssh-rsa " + key.openSSH.dropFirst(12), key.openSSH + "A", key.openSSH + "=="]
        {
            #expect(VerifyingKey(openSSH: wrong) == nil, "\(wrong)")
        }
    }
}

@Suite(.enabled(if: Tools.arePresent)) struct `An agent of OpenSSH` {
    /// An `ssh-agent` of this test's own, with one key, ended with it.
    private final class Agent: Sendable {
        let directory = Directory()
        private let process: ProbeProcess

        init() async throws {
            process = try ProbeProcess(command: ["/usr/bin/ssh-agent", "-D", "-a", directory.path + "/agent"])
            // It names its socket once that is there.
            #expect(await process.line()?.contains("SSH_AUTH_SOCK") == true)
        }

        var agent: SSHAgent { SSHAgent(path: directory.path + "/agent") }

        func shell(_ line: String) async throws {
            _ = try await Tools.shell(
                line, in: directory.path,
                "SSH_AUTH_SOCK=$0/agent SSH_ASKPASS=$0/ask SSH_ASKPASS_REQUIRE=force; export SSH_AUTH_SOCK SSH_ASKPASS SSH_ASKPASS_REQUIRE;"
            )
        }

        func end() async {
            process.kill()
            _ = await process.wait()
        }
    }

    @Test func `signs the bytes themselves, as a key file does`() async throws {
        let own = try await Agent()
        try await own.shell(
            "ssh-keygen -q -t ed25519 -N '' -C mine -f $0/key; ssh-keygen -q -t ecdsa -N '' -f $0/other; ssh-add -q $0/key $0/other"
        )
        let key = try OpenSSHKeyFile(Tools.read(own.directory.path + "/key")).key
        // Keys of other types are passed over.
        #expect(try await own.agent.identities() == [.init(key: key.verifying, comment: "mine")])
        for message in [[], Array("hitl decision v1\n{}\n".utf8), [UInt8](repeating: 7, count: 100_000)] {
            let signature = try await own.agent.sign(message, with: key.verifying)
            #expect(signature == (try key.sign(message)))
        }
        await own.end()
    }

    @Test func `that is locked, has lost the key or is gone does not sign, and says which`() async throws {
        let own = try await Agent()
        try await own.shell(
            "ssh-keygen -q -t ed25519 -N '' -f $0/key; ssh-add -q $0/key; printf '#!/bin/sh\\necho secret\\n' > $0/ask; chmod 700 $0/ask"
        )
        let key = try OpenSSHKeyFile(Tools.read(own.directory.path + "/key")).key
        try await own.shell("ssh-add -q -x")
        #expect(try await own.agent.identities() == [])
        await #expect(throws: SSHAgent.Failure.refused) { try await own.agent.sign([1], with: key.verifying) }
        try await own.shell("ssh-add -q -X")
        #expect(try await own.agent.sign([1], with: key.verifying).count == 64)
        try await own.shell("ssh-add -q -d $0/key")
        await #expect(throws: SSHAgent.Failure.refused) { try await own.agent.sign([1], with: key.verifying) }
        await own.end()
        unlink(own.directory.path + "/agent")
        await #expect(throws: SSHAgent.Failure.socket(.nobodyListens(path: own.directory.path + "/agent"))) {
            try await own.agent.sign([1], with: key.verifying)
        }
    }
}
