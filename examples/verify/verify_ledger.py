#!/usr/bin/env python3
"""Verifies a ledger of hitl without hitl: written from docs/formats/ledger.md and records.md, standard library only.

Checks chain, tree, heads, checkpoints with their signatures, and every index. Ends with 0 where all holds, with 7 and
one sentence for each failure where not. Signatures count only for who has the ledger's key from its operator."""
import argparse, base64, functools, hashlib, json, os, re, sqlite3, struct, sys, urllib.parse

# Of the statements in ledger.md §6, sorted, each with a line feed.
SCHEMA = "2c8253c210215ffdede080054acc1123eee096c7bfbd809f89af245e3306333b"


read = lambda name: open(name, encoding="utf-8", newline="").read()


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# Ed25519, RFC 8032 §5.1.7: points are (x, y) in extended coordinates (X, Y, Z, T).
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    return ((f - e) * (d - c) % P, (d + c) * (f + e) % P, (d - c) * (d + c) % P, (f - e) * (f + e) % P)


def times(n, point):
    result = (0, 1, 1, 0)
    while n:
        if n & 1:
            result = add(result, point)
        point, n = add(point, point), n >> 1
    return result


def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (not x and sign):
        return None
    return ((P - x if x & 1 != sign else x), y, 1, (P - x if x & 1 != sign else x) * y % P)


def signed(key, message, signature):
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or not a or not r or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = times(s, point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))), add(r, times(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def root(peaks):
    """The root over perfect subtrees, the largest first."""
    return functools.reduce(lambda right, left: sha256(b"\1", left, right), reversed(peaks)) if peaks else sha256()


def parse_checkpoint(text):
    """A note: three lines, an empty one, signatures. None where it is something else."""
    match = re.fullmatch(r"(([^\n]+)\n(0|[1-9]\d*)\n([A-Za-z\d+/]{43}=)\n)\n((?:— [^ +\n]+ [A-Za-z\d+/]+=*\n)+)", text)
    if not match:
        return None
    signatures = [(line.split(" ")[1], base64.b64decode(line.split(" ")[2])) for line in match[5].splitlines()]
    return match[1].encode(), match[2], int(match[3]), base64.b64decode(match[4]), signatures


def index_of(record):
    """Claim, subject, kind, label, standing and brief of a record: records.md §5."""
    r = json.loads(record)
    kind, word = r["type"], lambda n: struct.pack("<q", n)
    if kind == "opened":
        ranks = (("critical", "high", "medium", "low").index(r["verdict"]["severity"]),
                 ("unobserved", "requester", "desk").index(r["call"]["performer"]),
                 ("connected", "detached").index(r["attendance"]))
        brief = bytes([1, *ranks]) + word(r["openedAt"]) + word(r.get("deadline", -(2**63)))
        brief += struct.pack("<Q", int(r["id"][4:], 16)) + r["call"]["agent"].encode()
        return f"opened/{r['id']}", str(r["number"]), kind, None, 1, brief
    if kind == "extended":
        return None, str(r["request"]), kind, None, 1, b"\2" + word(r["deadline"])
    if kind == "closed":
        waits = r["status"]["is"] == "approved" and r["performer"] != "unobserved"
        return f"closed/{r['request']}", str(r["request"]), kind, r["tool"], 1 if waits else 2, b"\3"
    if kind == "ruled":
        return f"closed/{r['id']}", r["id"], kind, r["call"]["tool"], 2, None
    if kind in ("started", "finished"):
        return f"{kind}/{r['subject']}", r["subject"], kind, None, 1 if kind == "started" else 2, b"\4"
    return None, r["subject"] if kind == "rolledBack" else None, kind, None, 0, None


def verify(path, keys, against):
    failures = []
    db = sqlite3.connect(f"file:{urllib.parse.quote(os.path.abspath(path))}?mode=ro", uri=True, isolation_level=None)
    db.execute("BEGIN")  # all queries see one moment, whoever appends meanwhile
    if db.execute("SELECT * FROM pragma_application_id, pragma_user_version").fetchone() != (0x6869746C, 1):
        return ["It is no ledger of version 1."]
    schema = sorted(row[0] + "\n" for row in db.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL"))
    if sha256("".join(schema).encode()).hex() != SCHEMA:
        failures.append("Its tables are not those of a ledger.")
    identity = db.execute("SELECT value FROM meta WHERE name = 'identity'").fetchone()[0]
    previous = genesis = sha256(b"hitl ledger v1\n", identity)
    origin = "hitl/ledger/" + genesis.hex()
    def beside(suffix, end):
        # What follows the last end was never acknowledged.
        return read(path + suffix).split(end)[:-1] if os.path.exists(path + suffix) else []
    heads, roots, sizes, ordered, trusted = {}, {}, set(), [], {}
    for line in beside(".heads", "\n"):
        match = re.fullmatch(r"(0|[1-9][0-9]*) ([0-9a-f]{64}) -?[0-9]+", line)
        if not match:
            return ["A line of the file of heads is none."]
        heads.setdefault(int(match[1]), []).append(match[2])
        ordered.append(int(match[1]))
    # How many heads are older than the key; all later ones have a checkpoint.
    headless = int((beside(".key", "\n") or ["", f"heads {len(ordered)}"])[1].split(" ")[1])
    for key in keys:
        name, identifier, material = key.split("+", 2)
        material = base64.b64decode(material)
        if sha256(name.encode(), b"\n", material)[:4].hex() != identifier or material[0] != 1:
            raise ValueError("a key of another kind, or not whole")
        trusted[name, bytes.fromhex(identifier)] = material[1:]
    written = beside(".checkpoints", "\n\n")
    notes = ["\n\n".join(pair) + "\n" for pair in zip(written[::2], written[1::2])]
    for place, note in enumerate(notes + [read(name) for name in against]):
        checkpoint = parse_checkpoint(note)
        if not checkpoint or checkpoint[1] != origin:
            failures.append("A checkpoint is none, or of another ledger.")
            continue
        text, _, covered, tree, signatures = checkpoint
        sizes |= {covered} if place < len(notes) else set()
        own = [(trusted[name, blob[:4]], blob[4:]) for name, blob in signatures if (name, blob[:4]) in trusted]
        if trusted and not (own and all(signed(key, text, blob) for key, blob in own)):
            failures.append(f"The checkpoint of {covered} entries is not signed by the ledger's key.")
            continue
        roots.setdefault(covered, []).append(tree)
    missing = [size for size in ordered[headless:] if size not in sizes]
    failures += [f"The checkpoint of {size} entries is missing." for size in missing]
    size, peaks, protected, open_subjects, tallies = 0, [], 0, {}, {}
    def compare():
        wrong = any(head != previous.hex() for head in heads.pop(size, []))
        if wrong or any(tree != root(peaks) for tree in roots.pop(size, [])):
            failures.append(f"The ledger was rewritten: its first {size} entries are not those that were written down.")
    compare()
    columns = "sequence, time, hash, record, claim, subject, kind, label, standing"
    for sequence, time, stored, record, *index in db.execute(f"SELECT {columns} FROM entry ORDER BY sequence"):
        if sequence != size + 1:
            failures.append(f"Entry {size + 1} is missing, or something stands before it.")
            break
        previous = sha256(b"\0", struct.pack(">qq", sequence, time), previous, record)
        if previous != stored:
            failures.append(f"Entry {sequence} was changed, or stands where it was not appended.")
            break
        size, leaf = sequence, previous
        for _ in range((sequence & -sequence).bit_length() - 1):
            leaf = sha256(b"\1", peaks.pop(), leaf)
        peaks.append(leaf)
        protected = size if size in heads or size in roots else protected
        compare()
        *derived, brief = index_of(record)
        if index != derived:
            failures.append(f"The index of entry {sequence} says something else than its record.")
            break
        _, subject, kind, label, standing = index
        tallies[kind, label] = tallies.get((kind, label), 0) + 1
        if standing and subject is not None:
            open_subjects.pop(subject, None)
            open_subjects.update({subject: (sequence, brief)} if standing == 1 else {})
    if not failures and (heads or roots):
        return [f"The ledger ends at entry {size}, but had {max(heads | roots)}."]
    if failures:
        return failures
    if {row[0]: row[1:] for row in db.execute("SELECT * FROM unresolved")} != open_subjects:
        failures.append("The table of unresolved subjects is not what the records give.")
    counted = sorted(db.execute("SELECT * FROM tally"), key=str)
    if counted != sorted(((*key, count) for key, count in tallies.items()), key=str):
        failures.append("The counts are not those of the records.")
    if db.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
        failures.append("The database's own lists do not hold.")
    how = "all signed" if trusted else "signatures not checked: no key"
    print(f"Entries: {size}, {size - protected} not yet protected. Checkpoints: {len(notes) + len(against)}, {how}.")
    return failures


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("ledger")
    arguments.add_argument("--key", action="append", default=[])
    arguments.add_argument("--against", action="append", default=[])
    given = arguments.parse_args()
    try:
        found = verify(given.ledger, given.key, given.against)
    except (sqlite3.Error, ValueError, LookupError, TypeError, AttributeError, OSError) as error:
        found = [f"It cannot be read: {error}"]
    print("\n".join(found), file=sys.stderr)
    sys.exit(7 if found else 0)
