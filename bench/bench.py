"""Measures the released program beside the machine's own limits, in one run, and prints one table.

Ratios count: the figures are of this machine at this moment. `scripts/bench.sh` builds what is measured and calls
this with the paths. What a row means and why it matters is in docs/benchmarks.md.
"""

import json, os, pty, resource, select, shutil, signal, socket, statistics, subprocess, sys, tempfile, time

HITL, FLOORS, MAKER, METER, TREE, HELLO, CACHE, POLICY, HISTORY, APPEND = sys.argv[1:11]
ROWS = []
ROOT = tempfile.TemporaryDirectory(prefix="hb", dir="/tmp")  # a short path: sockets' names are limited


def row(what, measured, floor=None, goal=None, met=None):
    ROWS.append((what, measured, floor or "", goal or "", "" if met is None else ("met" if met else "MISSED")))


def p50(values):
    return statistics.median(values)


def us(seconds):
    return f"{seconds * 1e6:.0f} µs" if seconds < 0.01 else f"{seconds * 1e3:.1f} ms"


def spawn_times(command, times, env=None, check=True):
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env, check=check)
        taken.append(time.perf_counter() - start)
    return taken


def in_turns(times, *commands):
    """One of each after the other, again and again: what the machine does meanwhile meets all of them."""
    rounds = [[spawn_times(command, 1, env)[0] for command, env in commands] for _ in range(times)]
    return [list(taken) for taken in zip(*rounds)]


class Desk:
    """A released desk of its own, without an agent, fed from a pipe that stays open."""

    def __init__(self, limit=200_000, rules=""):
        self.home = tempfile.mkdtemp(dir=ROOT.name)
        self.env = {
            "HOME": self.home, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "XDG_STATE_HOME": self.home + "/s",
            "XDG_CONFIG_HOME": self.home + "/c", "XDG_RUNTIME_DIR": self.home + "/r",
        }
        os.makedirs(self.home + "/c/hitl", 0o700)
        os.makedirs(self.home + "/w")
        os.chmod(self.home + "/c", 0o700)
        with open(self.home + "/c/hitl/hitl.yaml", "w") as file:
            file.write(f"hitl: {{ timeout: never }}\nqueue: {{ maxPendingPerUser: {min(limit, 100_000)} }}\n{rules}")
        os.chmod(self.home + "/c/hitl/hitl.yaml", 0o600)
        self.socket_path = self.home + "/r/hitl/desk.sock"
        self.start()

    def start(self):
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            [os.path.abspath(HITL), "loop", "--enable-hitl", "--agent", "none", "--workspace", self.home + "/w"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=self.env)
        while True:
            try:
                self.connect().close()
                return
            except OSError:
                if self.process.poll() is not None:
                    sys.exit("the desk did not start: " + self.process.stderr.read().decode())
                time.sleep(0.0005)

    def connect(self):
        client = socket.socket(socket.AF_UNIX)
        client.connect(self.socket_path)
        return client

    def memory(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmRSS"))

    def processor(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.kill()
        self.process.wait()


def ask_line(number, mode):
    return json.dumps({
        "jsonrpc": "2.0", "id": number, "method": "ask",
        "params": {"id": f"c{number}", "tool": "writeFile", "mode": mode, "agent": f"agent{number % 100}",
                   "args": {"path": f"reports/{number}.md", "content": "x" * 250}},
    }).encode() + b"\n"


def read_lines(client, count, wanted):
    """Reads until `count` lines hold `wanted`."""
    rest = b""
    seen = 0
    while seen < count:
        data = client.recv(1 << 20)
        if not data:
            sys.exit("the desk closed the connection")
        rest += data
        *lines, rest = rest.split(b"\n")
        seen += sum(wanted in line for line in lines)


def in_child(work):
    """In a process of its own: who asked may not decide, and neither may anything below it."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    if os.waitpid(pid, 0)[1] != 0:
        sys.exit("a part of the measurement failed")


def figures(command):
    """`name p50 p99` a line, in microseconds; `-` where there is no second figure."""
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {
        words[0]: [0.0 if word == "-" else float(word) for word in words[1:]]
        for words in (line.split() for line in output.splitlines()) if words
    }


def policy():
    got = figures([POLICY])
    one, p99 = got["policy.verdict.50"]
    row("one verdict with 50 rules, p50", f"{one:.1f} µs", None, "≤ 2 µs", one <= 2)
    row("   p99", f"{p99:.1f} µs")
    many = got["policy.verdict.10000"][0]
    row("one verdict with 10,000 rules, p50", f"{many:.1f} µs", None, "≤ 5 µs", many <= 5)
    load = got["policy.load.10000"][0] / 1000
    row("loading 10,000 rules, with the file", f"{load:.0f} ms", None, "≤ 200 ms", load <= 200)
    command = got["policy.command"][0]
    row("analysis of a shell command, p50", f"{command:.1f} µs", None, "≤ 20 µs", command <= 20)
    growth = got["policy.growth"][0]
    row("memory grown by a million verdicts", f"{growth / 1024:.0f} kB", None, "none", growth <= 65536)


class FloorDesk:
    """A C program that does only what no desk can leave out."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(dir=ROOT.name)
        self.socket_path = self.directory + "/f.sock"
        self.process = subprocess.Popen([FLOORS + "/floordesk", self.socket_path, self.directory + "/f.log"])
        while not os.path.exists(self.socket_path):
            time.sleep(0.01)

    def stop(self):
        self.process.kill()
        self.process.wait()


def interleaved(program, count, rounds, *names):
    """Runs a measuring program against the floor and the desk in turns; the median of the rounds' p50 for each name."""
    desk, floor = Desk(), FloorDesk()
    seen = {}
    for number in range(rounds + 1):
        for name, path, pid in (("floor", floor.socket_path, floor.process.pid), ("hitl", desk.socket_path, desk.process.pid)):
            command = [FLOORS + "/" + program, path, str(count), name]
            if program == "gate":
                command.append(str(pid))
            got = figures(command)
            if number > 0:  # the first round warms both
                for key, value in got.items():
                    seen.setdefault(key, []).append(value[0])
    memory = desk.memory()
    desk.stop()
    floor.stop()
    return {key: p50(values) for key, values in seen.items()}, memory


def w1():
    got, _ = interleaved("gate", 1500, 5)
    mine, base = got["hitl"], got["floor"]
    row("W1 approval, three processes, p50", f"{mine:.0f} µs", f"{base:.0f} µs (two syncs in C)", f"≤ 1.5×: {mine / base:.2f}×", mine <= 1.5 * base)
    for part, words in (("opened", "   until the request is durable"), ("released", "   from the decision until the agent has it"),
                        ("reported", "   the outcome"), ("cpu", "   processor time of the desk")):
        row(words, f"{got['hitl.' + part]:.0f} µs", f"{got['floor.' + part]:.0f} µs")
    memory = figures([METER, "5000"])
    row("   decision recorded to agent released, in memory", f"{memory['memory.released'][0]:.1f} µs", None, "≤ 5 µs", memory["memory.released"][0] <= 5)
    row("   a whole review, in memory", f"{memory['memory.review'][0]:.1f} µs")
    row("   a whole review that is signed, in memory", f"{memory['memory.signed'][0]:.1f} µs")


def w2():
    got, memory = interleaved("fanin", 1000, 4)
    mine, base = got["hitl.serial"], got["floor.serial"]
    row("W2 1,000 blocked agents, one at a time, p50", f"{mine:.0f} µs", f"{base:.0f} µs (one sync in C)", f"≤ 1.5×: {mine / base:.2f}×", mine <= 1.5 * base)
    taken = got["hitl.at-once"] / 1e6
    row("   all at once", us(taken), us(got["floor.at-once"] / 1e6), "≤ 50 ms", taken <= 0.05)
    row("   memory after that, connections closed", f"{memory / 1e6:.0f} MB")
    desk = Desk()
    before = desk.memory()
    clients = [desk.connect() for _ in range(1000)]
    for number, client in enumerate(clients):
        client.sendall(ask_line(number, "wait"))
    for client in clients:
        read_lines(client, 1, b'"opened"')
    row("   memory of each blocked agent", f"{(desk.memory() - before) / 1000 / 1000:.1f} kB")
    desk.stop()


def made(entries):
    """A ledger of so many entries, kept from run to run."""
    # Another name than those that an older maker left.
    path = f"{CACHE}/history-{entries}.db"
    if not os.path.exists(path):
        os.makedirs(CACHE, 0o700, exist_ok=True)
        os.chmod(CACHE, 0o700)
        subprocess.run([MAKER, path, str(entries)], check=True)
    return path


def history():
    """Inside one process: the questions alone. BENCH_ENTRIES=10000000 takes three minutes and 6 GB for the ledger, once."""
    rare = "Report number 77777,"
    for entries in dict.fromkeys((10_000, 1_000_000, int(os.environ.get("BENCH_ENTRIES", "1000000")))):
        path = made(entries)
        got = figures([HISTORY, path, rare])
        row(f"last 10 of {entries:,}, in the program", us(got["last"][0] / 1e6), None, "≤ 5 ms", got["last"][0] <= 5000)
        for name, words in (("tool", "of a rare tool"), ("decision", "of a decision that only the oldest have"),
                            ("since", "of the last minute"), ("stats", "statistics of all"),
                            ("stats-since", "statistics of the last minute")):
            row(f"   {words}", us(got[name][0] / 1e6))
        export = f"{CACHE}/history-{entries}.jsonl"
        if entries > 1_000_000:
            continue
        if not os.path.exists(export):
            home = tempfile.mkdtemp(dir=ROOT.name)
            env = {"HOME": home, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HITL_AUDIT_PATH": path}
            subprocess.run([HITL, "audit", "export", "--output", export], check=True, env=env, stderr=subprocess.DEVNULL)
        for name, text in (("text", rare), ("no-text", "mauve albatross")):
            tool = ["rg", "-F"] if shutil.which("rg") else ["grep", "-F"]
            taken = p50(spawn_times(tool + [text, export], 5, {"PATH": os.environ["PATH"], "LC_ALL": "C"}, check=False))
            mine = got[name][0] / 1e6
            row(f"   a text that {'one call has' if name == 'text' else 'nothing has'}", us(mine),
                f"{us(taken)} ({' '.join(tool)} over the export)", f"≤ 1×: {mine / taken:.2f}×", mine <= taken)


def appends():
    """On the disk that BENCH_DIR names."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR", "/tmp")) as directory:
        os.chmod(directory, 0o700)
        got = figures([APPEND, directory])
    (sync, sync99), (mine, mine99) = got["sync"], got["append"]
    row("durable append, p50", f"{mine:.0f} µs", f"{sync:.0f} µs (a sync of 512 bytes, in turns)", f"≤ 1.5×: {mine / sync:.2f}×", mine <= 1.5 * sync)
    row("   p99", f"{mine99:.0f} µs", f"{sync99:.0f} µs", "≤ 10 ms", mine99 <= 10_000)
    rate = got["group"][0]
    row("   256 at once, each until it is on the disk", f"{rate:,.0f} /s", None, "≥ 10,000 /s", rate >= 10_000)


def w5():
    for entries in (10_000, 100_000, 1_000_000):
        path = made(entries)
        home = tempfile.mkdtemp(dir=ROOT.name)
        env = {"HOME": home, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HITL_AUDIT_PATH": path}
        query = "select * from entry where kind='closed' order by sequence desc limit 10"
        shell, last, rare = (p50(times) for times in in_turns(
            40, (["sqlite3", "-readonly", path, query], None), ([HITL, "history", "--last", "10"], env),
            ([HITL, "history", "--last", "10", "--tool", "deleteFile"], env)))
        row(f"W5 last 10 of {entries:,} entries", us(last), f"{us(shell)} (sqlite3 shell)", f"≤ 2×: {last / shell:.2f}×", last <= 2 * shell)
        row("   last 10 of one tool", us(rare), None, f"≤ 2×: {rare / shell:.2f}×", rare <= 2 * shell)


def tree():
    """Of the ledger of 1,000,000 entries that W5 has made."""
    lines = subprocess.run([TREE, made(1_000_000)], check=True, capture_output=True, text=True).stdout
    got = {name: int(value) for name, value in (line.split() for line in lines.splitlines())}
    mine, base = got["verify"] / 1e6, got["hash"] / 1e6
    row("chain and tree of 1,000,000 entries verified", us(mine), f"{us(base)} (one thread hashing them)", f"≤ 1.5×: {mine / base:.2f}×", mine <= 1.5 * base)
    row("   memory at its highest", f"{got['memory'] / 1e6:.0f} MB", None, "≤ 64 MB", got["memory"] <= 64e6)
    row("   inclusion proof of one of them, p50", us(got["proof"] / 1e6), None, "≤ 1 ms", got["proof"] <= 1000)


def w7():
    hello, version = (p50(times) for times in in_turns(100, ([HELLO], None), ([HITL, "--version"], None)))
    row("W7 --version, exec to exit", us(version), f"{us(hello)} (static Swift hello)", f"≤ 2.5×: {version / hello:.2f}×", version <= 2.5 * hello)


def hook():
    desk = Desk(rules="policy: { rules: [{ name: reads, when: { kind: read }, action: allow }] }\n")
    event = json.dumps({
        "session_id": "bench", "cwd": desk.home + "/w", "hook_event_name": "PreToolUse", "tool_name": "Read",
        "tool_input": {"file_path": desk.home + "/w/notes.txt"},
    }).encode()
    command = [HITL, "hook", "claude", "--socket", desk.socket_path, "--desk-key", desk.home + "/s/hitl/desk.key"]
    taken, trips, floors = [], [], []
    client = desk.connect()
    for number in range(200):
        start = time.perf_counter()
        answer = subprocess.run(command, input=event, capture_output=True, env=desk.env, check=True).stdout
        taken.append(time.perf_counter() - start)
        if b'"permissionDecision":"allow"' not in answer:
            sys.exit(f"the hook did not allow: {answer}")
        start = time.perf_counter()
        client.sendall(json.dumps({
            "jsonrpc": "2.0", "id": number, "method": "ask", "params": {
                "id": f"h{number}", "tool": "Read", "args": {"file_path": desk.home + "/w/notes.txt"}, "via": "hook"},
        }).encode() + b"\n")
        read_lines(client, 1, b'"allowed"')
        trips.append(time.perf_counter() - start)
        # With the same pipes round it: they are the caller's cost, not the program's.
        start = time.perf_counter()
        subprocess.run([HELLO], input=event, capture_output=True, check=True)
        floors.append(time.perf_counter() - start)
    floor = p50(floors) + p50(trips)
    row("hook with an allowing rule, exec to answer", us(p50(taken)), f"{us(floor)} (static Swift hello + one round trip)",
        f"≤ 1.5×: {p50(taken) / floor:.2f}×, ≤ 10 ms", p50(taken) <= 1.5 * floor and p50(taken) <= 0.01)
    desk.stop()


class Screen:
    """A desk on a pseudo-terminal."""

    def __init__(self):
        self.home = tempfile.mkdtemp(dir=ROOT.name)
        os.makedirs(self.home + "/w")
        env = {"HOME": self.home, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "xterm-256color",
               "XDG_RUNTIME_DIR": self.home + "/r"}
        self.socket_path = self.home + "/r/hitl/desk.sock"
        self.start = time.perf_counter()
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.execve(HITL, [HITL, "loop", "--enable-hitl", "--agent", "none", "--workspace", self.home + "/w"], env)

    def until(self, wanted):
        seen = b""
        while wanted not in seen:
            select.select([self.descriptor], [], [])
            seen += os.read(self.descriptor, 65536)
        return time.perf_counter()

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.descriptor)


def terminal():
    prompts = []
    for _ in range(15):
        screen = Screen()
        prompts.append(screen.until(b"hitl > ") - screen.start)
        screen.close()
    row("W7 first prompt on a terminal", us(p50(prompts)), None, "≤ 20 ms", p50(prompts) <= 0.02)

    screen = Screen()
    screen.until(b"hitl > ")
    time.sleep(0.3)
    keys = []
    for number in range(400):
        letter = b"abcdefghij"[number % 10: number % 10 + 1]
        start = time.perf_counter()
        os.write(screen.descriptor, letter)
        keys.append(screen.until(letter) - start)
        if number % 40 == 39:
            os.write(screen.descriptor, b"\x15")
            time.sleep(0.05)
            while select.select([screen.descriptor], [], [], 0)[0]:
                os.read(screen.descriptor, 65536)
    row("key to echo, p50", us(p50(keys)), None, "≤ 150 µs", p50(keys) <= 150e-6)

    client = socket.socket(socket.AF_UNIX)
    client.connect(screen.socket_path)
    drawn = []
    for number in range(1, 101):
        client.sendall(ask_line(number, "async"))
        read_lines(client, 1, b'"result"')
        told = time.perf_counter()
        drawn.append(max(0.0, screen.until(f"reports/{number}.md".encode()) - told))
    row("announcement drawn after it is durable, p50", us(p50(drawn)), None, "≤ 2 ms", p50(drawn) <= 0.002)
    screen.close()


def w9():
    desk = Desk()
    before = desk.memory()
    row("idle memory", f"{before / 1e6:.1f} MB", None, "≤ 25 MB", before <= 25e6)
    count = 100_000

    def ask():
        client = desk.connect()
        for first in range(1, count + 1, 200):
            client.sendall(b"".join(ask_line(n, "async") for n in range(first, first + 200)))
            read_lines(client, 200, b'"result"')

    in_child(ask)
    time.sleep(1.5)
    each = (desk.memory() - before) / count
    row("W9 memory of each of 100,000 pending", f"{each:.0f} B", None, "≤ 512 B beyond the call", each <= 512)
    desk.stop()
    desk.start()
    client = desk.connect()
    client.sendall(b'{"jsonrpc":"2.0","id":1,"method":"approve","params":{"request":77}}\n')
    read_lines(client, 1, b'"result"')
    taken = time.perf_counter() - desk.began
    row("W9 restart to first decision", us(taken), None, "≤ 0.3 s", taken <= 0.3)
    desk.stop()


def crowd():
    """Each on a connection of its own, as they are where a hundred agents run."""
    desk = Desk()
    clients = [desk.connect() for _ in range(100)]
    for agent, client in enumerate(clients):
        client.sendall(b"".join(ask_line(place * 100 + agent, "wait") for place in range(10)))
    for client in clients:
        read_lines(client, 10, b'"opened"')
    memory = desk.memory()
    row("100 agents with ten open requests each", f"{memory / 1e6:.0f} MB", None, "≤ 60 MB", memory <= 60e6)
    desk.stop()


def w11():
    desk = Desk()
    clients = []
    for number in range(1, 301):
        client = desk.connect()
        client.sendall(ask_line(number, "wait"))
        clients.append(client)
    for client in clients:
        read_lines(client, 1, b'"opened"')
    time.sleep(2)
    before = desk.processor()
    time.sleep(20)
    share = (desk.processor() - before) / 20 * 100
    row("W11 idle with 300 blocked, 20 s", f"{share:.2f} % CPU", None, "≤ 0.05 %", share <= 0.05)
    desk.stop()


ANSWERING = r"""
import sys
for line in sys.stdin.buffer:
    start = line.find(b'"id": ') + 6
    sys.stdout.buffer.write(b'{"jsonrpc":"2.0","id":' + line[start:line.find(b",", start)] + b',"result":{"content":[]}}\n')
    sys.stdout.buffer.flush()
"""


def round_trips(command, method, count):
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    taken = []
    for number in range(count):
        line = json.dumps({"jsonrpc": "2.0", "id": number, "method": method,
                           "params": {"name": "echo", "arguments": {"text": "hello"}}}).encode() + b"\n"
        start = time.perf_counter()
        process.stdin.write(line)
        process.stdin.flush()
        answer = process.stdout.readline()
        taken.append(time.perf_counter() - start)
        if b"content" not in answer or b"isError" in answer:
            sys.exit("the gateway did not pass a call: " + answer.decode())
    process.stdin.close()
    process.wait()
    return p50(taken[count // 10:])


def lines_a_second(command, count=200_000):
    line = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"x": "y" * 100}}).encode() + b"\n"
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    start = time.perf_counter()
    if os.fork() == 0:
        for _ in range(count // 100):
            process.stdin.write(line * 100)
        process.stdin.flush()
        os._exit(0)
    process.stdin.close()
    for _ in range(count):
        if not process.stdout.readline():
            sys.exit("the gateway lost lines")
    taken = time.perf_counter() - start
    process.kill()
    process.wait()
    return count / taken


def gateway():
    desk = Desk()
    with open(desk.home + "/c/hitl/hitl.yaml", "w") as file:
        file.write("policy: { rules: [ { name: echo, when: { tool: 't:echo' }, action: allow } ] }\n")
    desk.stop()
    desk.start()
    server = [sys.executable, "-c", ANSWERING]

    def gated(*command):
        return [os.path.abspath(HITL), "mcp", "--name", "t", "--socket", desk.socket_path, "--desk-key", desk.home + "/s/hitl/desk.key",
                "--state", desk.home + "/s",
                "--", *command]

    rounds = [
        (round_trips(server, "ping", 2000), round_trips(gated(*server), "ping", 2000),
         round_trips(gated(*server), "tools/call", 2000))
        for _ in range(3)
    ]
    direct, passing, calling = (statistics.median(column) for column in zip(*rounds))
    row("gateway, a line that passes, p50", f"+{us(passing - direct)}", us(direct))
    row("gateway, an allowed tools/call, p50", f"+{us(calling - direct)}", us(direct), "≤ 60 µs more",
        calling - direct <= 60e-6)
    rate = lines_a_second(gated("/bin/cat"))
    row("gateway, other lines", f"{rate:,.0f} /s", None, "≥ 20,000 /s", rate >= 20_000)
    desk.stop()


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR", "/tmp")) as directory:
        disk = subprocess.run([FLOORS + "/syncs", directory, "500"], capture_output=True, text=True).stdout
    for line in disk.splitlines():
        words = line.split()
        if len(words) >= 2:
            row(f"disk: {words[0]}", f"{float(words[1]):.0f} µs", None, None)
    for part in (w7, hook, terminal, policy, w5, history, tree, appends, w1, w2, crowd, w9, w11, gateway):
        print(f"measuring {part.__name__} …", file=sys.stderr, flush=True)
        part()
    widths = [max(len(r[i]) for r in ROWS) for i in range(5)]
    for r in ROWS:
        print("  ".join(cell.ljust(width) for cell, width in zip(r, widths)).rstrip())


main()
