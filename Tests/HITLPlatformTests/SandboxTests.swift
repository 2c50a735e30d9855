import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

/// The machine round a sandboxed command: a workspace, a private temporary directory, and beside them what it must not
/// reach.
private struct Confined {
    let scratch = Scratch()
    var network = false
    var guarded: [String] = []

    init() {
        for name in ["workspace", "temporary", "home"] { scratch.makeDirectory(name) }
        scratch.makeFile("home/secret", "hush", mode: 0o600)
        scratch.makeFile("home/script", "#!/bin/sh\necho ran\n", mode: 0o755)
    }

    func run(_ launch: Launch) async throws -> ProcessResult {
        var launch = launch
        launch.directory = .path(Array((scratch / "workspace").utf8))
        launch.environment += ["TMPDIR=\(scratch / "temporary")", "OUT=\(scratch.path)"].map { Array($0.utf8) }
        var sandbox = Sandbox(writable: [scratch / "workspace", scratch / "temporary"])
        sandbox.allowsNetwork = network
        sandbox.guarded = guarded
        launch.sandbox = sandbox
        launch.timeLimit = .seconds(60)
        return try await ChildProcess.run(launch)
    }

    func shell(_ script: String) async throws -> ProcessResult { try await run(HITLPlatformTests.shell(script)) }

    /// The exit code says what became of the attempt: 0 done, 1 refused.
    func python(_ attempt: String) async throws -> ProcessResult {
        let script = "import os, sys, socket, ctypes, signal\n\(attempt)"
        return try await run(Launch("/usr/bin/python3", ["-c", script], environment: ["PATH": "/usr/bin:/bin"]))
    }
}

private let isOffered: Bool = {
    guard let obstacle = Sandbox.obstacle else { return true }
    print("not run: commands cannot be confined on this machine: \(obstacle)")
    return false
}()

private let hasPython: Bool = {
    guard access("/usr/bin/python3", X_OK) != 0 else { return true }
    print("not run: there is no python3")
    return false
}()

@Suite(.oneAtATime, .enabled(if: isOffered)) struct `A confined command` {
    @Test func `reads the system and writes beneath its workspace and its temporary directory`() async throws {
        let confined = Confined()
        let script = """
            set -e
            head -c1 /etc/passwd >/dev/null; ls /usr/bin >/dev/null
            mkdir -p a/b; echo text > a/b/file; chmod 700 a/b/file; ln a/b/file hard; ln -s a/b/file soft; mv a/b/file c
            cat soft 2>/dev/null || echo gone; rm -r a; echo t > "$TMPDIR/t"; (echo child > child) & wait; cat hard c child
            """
        let result = try await confined.shell(script)
        #expect(result.error.text == "")
        #expect(result.output.text == "gone\ntext\ntext\nchild\n" && result.ending == .exited(0))
        #expect(confined.scratch.text("temporary/t") == "t\n")
        #expect(confined.scratch.names("workspace") == ["c", "child", "hard", "soft"])
    }

    @Test(arguments: [
        "cat $OUT/home/secret", "ls $OUT/home", "ls /root", "ls /home", "ls /tmp", "ls /run", "ls /var",
        "$OUT/home/script", ". $OUT/home/script", "exec 3<$OUT/home/secret", "ln -s $OUT/home in; cat in/secret",
        "cd ../home && cat secret", "cat /proc/self/root$OUT/home/secret", "cat /proc/self/cwd/../home/secret",
        "cat /proc/1/environ", "cat /proc/$PPID/environ", "ls /proc/$PPID/root/", "cat /proc/$PPID/mem",
        "cat /proc/$PPID/maps",
    ])
    func `cannot read beyond them`(_ attempt: String) async throws {
        let confined = Confined()
        let result = try await confined.shell(attempt)
        #expect(result.ending != .exited(0) && result.output.text == "", "\(result.output.text)")
    }

    @Test(arguments: [
        "echo x > $OUT/home/new", "echo x >> $OUT/home/secret", "rm $OUT/home/secret", "mkdir $OUT/home/d",
        "mv $OUT/home/secret .", "ln $OUT/home/secret .", "mv $OUT/workspace $OUT/w",
        "ln -s $OUT/home/secret s; echo x > s",
        "chmod 777 $OUT/home/secret", "chmod 777 $OUT/home", "touch $OUT/home/secret", "touch /etc/hosts",
        "rmdir $OUT/home",
        "truncate -s 0 $OUT/home/secret", "cp c ../home/", "mkdir m; mount --bind / m", "unshare -r true",
        "mknod d c 1 1",
        "echo x > /proc/sys/kernel/hostname", "chroot / true", "nsenter -t 1 -m true",
    ])
    func `cannot write or change anything beyond them`(_ attempt: String) async throws {
        let confined = Confined()
        let before = try #require(confined.scratch.text("home/secret"))
        let mode = try await ChildProcess.run(
            shell("stat -c '%a %Y' \(confined.scratch / "home")/* \(confined.scratch / "home")"))
        let result = try await confined.shell(attempt)
        #expect(result.ending != .exited(0), "\(result.output.text)")
        #expect(confined.scratch.text("home/secret") == before)
        #expect(confined.scratch.names("home") == ["script", "secret"])
        let after = try await ChildProcess.run(
            shell("stat -c '%a %Y' \(confined.scratch / "home")/* \(confined.scratch / "home")"))
        #expect(after.output.text == mode.output.text)
    }

    @Test func `cannot change what is guarded within its workspace, nor put another in its place`() async throws {
        var confined = Confined()
        confined.scratch.makeDirectory("workspace/.git")
        confined.scratch.makeFile("workspace/.git/config", "ours")
        confined.scratch.makeFile("workspace/hitl.yaml", "ours")
        confined.guarded = [".git", "hitl.yaml", "absent"].map { confined.scratch / "workspace/\($0)" }
        let script = """
            echo theirs > .git/config; echo theirs > hitl.yaml; rm -rf .git; mv .git .g; rm hitl.yaml; mv hitl.yaml h
            chmod 600 hitl.yaml; ln -f hitl.yaml linked && echo theirs > linked; echo mine > mine; cat .git/config hitl.yaml
            """
        #expect(try await confined.shell(script).output.text == "oursours")
        #expect(confined.scratch.text("workspace/.git/config") == "ours")
        #expect(confined.scratch.text("workspace/hitl.yaml") == "ours")
        #expect(confined.scratch.text("workspace/mine") == "mine\n")
    }

    @Test func `reaches no process but its own`() async throws {
        let line = try Lifeline()
        var bystander = shell("echo up; exec sleep 1000")
        bystander.forbidsNewPrivileges = true
        let other = try await line.start(bystander)
        _ = try await line.nextLine()
        let confined = Confined()
        let result = try await confined.shell(
            "kill -9 \(other.pid) && echo killed; kill -9 $PPID && echo killed; sleep 1000 & kill $! && echo own; wait")
        #expect(result.output.text == "own\n")
        other.stop(grace: .zero)
        #expect(await other.wait().ending == .stopped)
    }

    @Test(
        .enabled(if: hasPython),
        arguments: [
            // A Unix socket by its path: the desk's, an agent of keys, a container engine.
            "s = socket.socket(socket.AF_UNIX); s.connect(os.environ['OUT'] + '/home/sock')",
            "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)",
            "s = socket.socket(socket.AF_UNIX); s.connect('\\0abstract')",
            "s = socket.socket(); s.connect(('127.0.0.1', 1))", "s = socket.socket(socket.AF_INET6)",
            "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'x', ('127.0.0.1', 9))",
            "s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
            "s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
            "s = socket.socket(40, socket.SOCK_STREAM)",
        ])
    func `opens no socket where no network is allowed`(_ attempt: String) async throws {
        let result = try await Confined().python(attempt)
        #expect(result.ending == .exited(1))
        #expect(
            result.error.text.hasSuffix("PermissionError: [Errno 1] Operation not permitted\n"), "\(result.error.text)")
    }

    @Test(.enabled(if: hasPython)) func `opens sockets by IP alone where a network is allowed`() async throws {
        var confined = Confined()
        confined.network = true
        let attempt = """
            l = socket.socket(); l.bind(('127.0.0.1', 0)); l.listen()
            c = socket.create_connection(l.getsockname()); a, _ = l.accept(); c.send(b'x'); assert a.recv(1) == b'x'
            a, b = socket.socketpair(); a.send(b'y'); assert b.recv(1) == b'y'
            for family in [socket.AF_UNIX, socket.AF_NETLINK, socket.AF_PACKET, 40]:
                try: socket.socket(family, socket.SOCK_RAW); print('opened', family)
                except PermissionError: pass
            """
        let result = try await confined.python(attempt)
        #expect(result.ending == .exited(0) && result.output.text == "", "\(result.error.text)")
    }

    @Test(.enabled(if: hasPython)) func `may not make the system calls that lead round the sandbox`() async throws {
        // By number, as `syscall(2)` takes them; the arguments do not matter: EPERM comes before they are looked at.
        let script = """
            libc = ctypes.CDLL(None, use_errno=True)
            def refused(call, *arguments):
                ctypes.set_errno(0); call(*arguments, 0, 0, 0, 0); return ctypes.get_errno() == 1
            # io_uring_setup, open_tree, fsopen, pidfd_getfd, mount_setattr
            print([number for number in [425, 428, 430, 438, 442] if not refused(libc.syscall, number)])
            print([name for name in ['ptrace', 'unshare', 'setns', 'mount'] if not refused(getattr(libc, name), 0)])
            """
        let result = try await Confined().python(script)
        #expect(result.output.text == "[]\n[]\n", "\(result.error.text)")
    }

    @Test func `is without rights, whoever runs it`() async throws {
        let result = try await Confined().shell(
            "grep -E '^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs|Seccomp):' /proc/self/status")
        let none = "0000000000000000"
        #expect(
            result.output.text == """
                CapInh:\t\(none)
                CapPrm:\t\(none)
                CapEff:\t\(none)
                CapBnd:\t\(none)
                CapAmb:\t\(none)
                NoNewPrivs:\t1
                Seccomp:\t2

                """)
    }

    @Test func `is as confined in the background and after its shell has ended`() async throws {
        let confined = Confined()
        let result = try await confined.shell(
            "setsid -f sh -c 'cat $OUT/home/secret; echo x > $OUT/home/new; echo done > done'; until [ -e done ]; do :; done"
        )
        #expect(result.output.text == "")
        #expect(confined.scratch.names("home") == ["script", "secret"])
    }

    @Test func `dies with its supervisor`() async throws {
        let confined = Confined()
        let line = try Lifeline()
        var launch = shell("echo $PPID; exec sleep 1000")
        launch.directory = .path(Array((confined.scratch / "workspace").utf8))
        launch.sandbox = Sandbox(writable: [confined.scratch / "workspace"])
        let child = try await line.start(launch)
        let supervisor = try #require(try await line.nextLine().flatMap { Int32($0) })
        #expect(kill(supervisor, SIGKILL) == 0)
        #expect(try await line.rest() == [])
        #expect(await child.wait().ending == .lost)
    }

    @Test func `does not start where it cannot be confined as asked`() async throws {
        let scratch = Scratch()
        var launch = shell("echo ran")
        launch.directory = .path(Array(scratch.path.utf8))
        launch.sandbox = Sandbox(writable: [scratch / "absent"])
        await #expect(throws: ProcessError.couldNotStart(.sandbox, SystemError(ENOENT, "sandbox"))) {
            try await ChildProcess.run(launch)
        }
        launch.directory = .ours
        launch.sandbox = Sandbox(writable: [scratch.path])
        await #expect(throws: ProcessError.couldNotStart(.sandbox, SystemError(EINVAL, "directory"))) {
            try await ChildProcess.run(launch)
        }
    }
}
