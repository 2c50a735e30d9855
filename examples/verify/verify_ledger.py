#!/usr/bin/env python3
"""Verifies a ledger of hitl without hitl, by docs/formats/ledger.md and records.md: a database, or
the first of its files. Ends with 0, or with 7 and a sentence at the first thing that is wrong."""
import argparse, base64, functools, glob, hashlib, json, os, re, sqlite3, struct, sys, urllib.parse
SCHEMA = "048319149e4897b9473936c9bf93bcbe8a68370fe914255b52d420538b369d5f"  # ledger.md section 6
HEADER = '{"ledger":"hitl","version":1,"identity":"%s","segment":%d,"size":%d,"head":"%s"}\n'
LINE = re.compile(
    rb'\{"sequence":([1-9]\d*),"last":([1-9]\d*),"time":(0|-?[1-9]\d*),"hash":"([0-9a-f]{64})",'
    rb'(?:"record":(\{[ -~]*\})|"bytes":"([A-Za-z\d+/]*={0,2})")\}\n')
REMOVED = re.compile(rb'\{"by":([1-9]\d*),"erased":(.+)\}', re.S)
SEALED = re.compile(rb'\{"key":"aes:[0-9a-f]{16}","sealed":"[A-Za-z\d+/]+={0,2}"\}')
HEAD = re.compile(r"(0|[1-9]\d*) ([0-9a-f]{64}) (?:0|-?[1-9]\d*)", re.A)
NOTE = re.compile(
    r"(([^\n]+)\n(0|[1-9]\d*)\n([A-Za-z\d+/]{43}=)\n)\n((?:— [^ +\n]+ [A-Za-z\d+/]+=*\n)+)", re.A)
INDEX = {  # What a record claims, its subject and its standing, by its type: records.md section 5.
    "opened": ("opened/{id}", "{number}", 1), "extended": (None, "{request}", 1),
    "closed": ("closed/{request}", "{request}", 2), "ruled": ("closed/{id}", "{id}", 2),
    "started": ("started/{subject}", "{subject}", 1), "rolledBack": (None, "{subject}", 0),
    "finished": ("finished/{subject}", "{subject}", 2), "mended": ("mended/{file}", None, 0),
    **dict.fromkeys(("erased", "purged"), ("removed/{request}", "{request}", 0))}
BRIEFS = {"opened": b"\1", "extended": b"\2", "closed": b"\3", "started": b"\4"}
RANKS = dict(critical=0, high=1, medium=2, low=3, unobserved=0, requester=1, desk=2,
             connected=0, detached=1)
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
def hold(condition, sentence):
    if not condition:
        raise ValueError(sentence)
sha256 = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
def add(a, b):  # On the curve of Ed25519 (RFC 8032), which Python's library does not have.
    both = D * a[0] * b[0] * a[1] * b[1]
    return ((a[0] * b[1] + b[0] * a[1]) * pow(1 + both, -1, P) % P,
            (a[1] * b[1] + a[0] * b[0]) * pow(1 - both, -1, P) % P)
def times(n, point):
    rest = times(n >> 1, add(point, point)) if n else (0, 1)
    return add(rest, point) if n & 1 else rest
def decoded(data):
    sign, y = divmod(int.from_bytes(data, "little"), 1 << 255)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    hold(y < P and (x * x - square) % P == 0 and (x or not sign), "A signature is no point.")
    return (x if x & 1 == sign else P - x), y
def signed(key, message, signature):
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    base = decoded((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    right = add(decoded(signature[:32]), times(h, decoded(key)))
    return len(signature) == 64 and s < ORDER and times(s, base) == right
def index_of(r):  # Kind, subject, label, claim, standing, brief; of None, a record that is gone.
    kind = r["type"] if r else "removed"
    (claim, subject, standing), brief = INDEX.get(kind, (None, None, 0)), BRIEFS.get(kind)
    label = r["tool"] if kind == "closed" else r["call"]["tool"] if kind == "ruled" else None
    if kind == "closed" and r["status"]["is"] == "approved" and r["performer"] != "unobserved":
        standing = 1
    elif kind == "extended":
        brief += struct.pack("<q", r["deadline"])
    elif kind == "opened":
        ranks = [r["verdict"]["severity"], r["call"]["performer"], r["attendance"]]
        numbers = r["openedAt"], r.get("deadline", -(2**63)), int(r["id"][4:], 16)
        brief += struct.pack("<3BqqQ", *(RANKS[rank] for rank in ranks), *numbers)
        brief += r["call"]["agent"].encode()
    claim, subject = (form and form.format_map(r) for form in (claim, subject))
    return kind, subject, label, claim, standing, brief
def account(r, sequence, left, calls, approved):  # Takes what a person let it erase from `left`.
    kind, call = r["type"], calls.get(r.get("request"))
    if kind == "opened" and r["call"]["tool"] in ("eraseRecords", "purgeRecords"):
        calls[r["number"]] = r["call"]
    elif kind == "closed" and call and r["status"]["is"] == "approved" and r["performer"] == "desk":
        if r["status"]["review"]["reviewer"]["role"] == "person":
            approved.add(r["request"])
    elif r.get("request") in approved and call["tool"] == kind[:5] + "Records":
        gone = {e["entry"]: e["left"] for e in r.get("entries", [])}
        asked = {"entries": list(gone), "left": sha256(*map(bytes.fromhex, gone.values())).hex()}
        if kind == "purged":
            asked, gone = {"through": r["through"]}, {n: None for n in left if n <= r["through"]}
        if call.get("content") == "erased" or {**call["arguments"], **asked} == call["arguments"]:
            for n in [n for n in gone if left.get(n) == (sequence, gone[n])]:
                del left[n]
def database_entries(db):  # The identity, then sequence, time, hash, record and index of each.
    db.execute("BEGIN")  # all queries see one moment, whoever appends meanwhile
    versions = db.execute("SELECT * FROM pragma_application_id, pragma_user_version").fetchone()
    hold(versions == (0x6869746C, 2), "It is no ledger of version 2.")
    tables = db.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY sql")
    schema = sha256(*(sql.encode() + b"\n" for (sql,) in tables)).hex()
    hold(schema == SCHEMA, "Its tables are not those of a ledger.")
    yield dict(db.execute("SELECT * FROM meta WHERE (SELECT count(*) FROM meta) = 1"))["identity"]
    for *start, record in db.execute("SELECT * FROM entry ORDER BY sequence"):
        yield *start[:3], record, tuple(start[3:])
def file_entries(path):  # The same of a ledger in files, which has no stored indexes.
    identity = json.loads(open(path, "rb").readline())["identity"]
    yield bytes.fromhex(identity)
    others = [name[len(path) + 1:] for name in glob.glob(glob.escape(path) + ".*")]
    count = sum(re.fullmatch("[1-9][0-9]*", name) is not None for name in others)
    size, end, head = 0, 0, sha256(b"hitl ledger v1\n", bytes.fromhex(identity)).hex()
    for number in range(1, count + 2):
        with open(path if number == 1 else f"{path}.{number}", "rb") as file:
            first = HEADER % (identity, number, size, head)
            hold(file.readline() == first.encode(), f"File {number} does not follow entry {size}.")
            for match in map(LINE.fullmatch, file):
                torn = f"After entry {size} stands what is no entry, or of an unfinished append."
                hold(match and (size == end or int(match[2]) == end), torn)
                record = match[5] or base64.b64decode(match[6])
                plain = re.fullmatch(rb"\{[ -~]*\}", record)
                hold(match[5] or base64.b64encode(record) == match[6] and not plain, torn)
                size, end, head = int(match[1]), int(match[2]), match[4].decode()
                yield size, int(match[3]), bytes.fromhex(head), record, None
            hold(size == end, f"After entry {size} stands what is of an unfinished append.")
def written_down(path, origin, keys, against):  # By size all heads and roots; how many checkpoints.
    def beside(suffix, end):  # What follows the last end was never acknowledged.
        name = path + suffix
        return open(name, newline="").read().split(end)[:-1] if os.path.exists(name) else []
    expected, trusted = {}, {}
    heads = [HEAD.fullmatch(line) for line in beside(".heads", "\n")]
    for head in heads:
        expected.setdefault(int(head[1]), set()).add(("head", head[2]))
    for name, identifier, material in (key.split("+", 2) for key in keys):
        trusted[name, bytes.fromhex(identifier)] = base64.b64decode(material)[1:]
    written = beside(".checkpoints", "\n\n")
    texts = ["\n\n".join(pair) + "\n" for pair in zip(written[::2], written[1::2])]
    notes = [NOTE.fullmatch(text) for text in texts + [open(name).read() for name in against]]
    for note in notes:
        hold(note and note[2] == origin, "A checkpoint is none, or of another ledger.")
        blobs = [(n, base64.b64decode(text)) for n, text in re.findall("— (.+) (.+)", note[5])]
        right = [signed(trusted[name, blob[:4]], note[1].encode(), blob[4:])
                 for name, blob in blobs if (name, blob[:4]) in trusted]
        is_signed = right and all(right) or not keys
        hold(is_signed, f"The checkpoint of {note[3]} is not signed by the ledger's key.")
        expected.setdefault(int(note[3]), set()).add(("root", base64.b64decode(note[4]).hex()))
    older = int((beside(".key", "\n") or ["", f"heads {len(heads)}"])[1].split(" ")[1])
    missing = {head[1] for head in heads[older:]} - {note[3] for note in notes[:len(texts)]}
    hold(not missing, f"The checkpoint of {missing} entries is missing.")
    return expected, len(notes)
def verify(ledger, key, against):
    uri = f"file:{urllib.parse.quote(os.path.abspath(ledger))}?mode=ro"
    db = sqlite3.connect(uri, uri=True) if open(ledger, "rb").read(6) == b"SQLite" else None
    entries = database_entries(db) if db else file_entries(ledger)
    head = sha256(b"hitl ledger v1\n", next(entries))
    expected, checkpoints = written_down(ledger, f"hitl/ledger/{head.hex()}", key, against)
    size, sealed, gone, peaks, claims, unresolved, taken = 0, 0, 0, [], set(), {}, ({}, {}, set())
    def compared():
        root = functools.reduce(lambda a, b: sha256(b"\1", b, a), peaks[::-1] or [sha256()])
        same = expected.pop(size, set()) <= {("head", head.hex()), ("root", root.hex())}
        hold(same, f"The ledger was rewritten: its first {size} entries are others.")
        return size
    protected = compared()
    for sequence, time, stored, record, index in entries:
        hold(sequence == size + 1, f"Entry {size + 1} is missing, or something stands before it.")
        start = b"\0" + struct.pack(">qq", sequence, time) + head
        removed = REMOVED.fullmatch(record)
        hold(removed or sha256(start, record) == stored, f"Entry {sequence} was changed or moved.")
        size, head, peaks = sequence, stored, [*peaks, stored]
        for _ in range((size & -size).bit_length() - 1):
            peaks[-2:] = [sha256(b"\1", *peaks[-2:])]
        protected = compared() if size in expected else protected
        content = removed[2] if removed else record
        is_sealed = SEALED.fullmatch(content) is not None
        r = None if is_sealed else json.loads(content)
        sealed, gone = sealed + is_sealed, gone + (removed is not None)
        if removed and not is_sealed:  # of a sealed one nobody can tell what is left of it
            taken[0][size] = int(removed[1]), r and sha256(start, content).hex()
        elif r:
            account(r, size, *taken)
        kept = (*(index or (None,) * 4 + (0,)), None) if is_sealed else index_of(r)
        _, subject, _, claim, standing, brief = kept
        right = index in (None, kept[:5]) and claim not in claims
        hold(right, f"The index of entry {size} is not its record's, or its claim another's.")
        claims |= {claim} - {None}
        if subject is not None and standing:
            unresolved.pop(subject, None)
            unresolved.update({subject: (size, brief)} if standing == 1 else {})
    hold(not expected, f"The ledger ends at entry {size}, but had {max(expected, default=0)}.")
    hold(not taken[0], f"Erased, and no approved request accounts for it: {[*taken[0]]}")
    full = f"FROM entry WHERE sequence <= {size // 64 * 64}"  # all runs of 64 entries
    for table, derived in db and (
            ("kind_run", f"SELECT DISTINCT kind, (sequence - 1) / 64 {full}"),
            ("label_run", f"SELECT DISTINCT label, (sequence - 1) / 64 {full} AND label NOT NULL"),
            ("tally", f"SELECT kind, label, count(*) {full} GROUP BY kind, label")) or ():
        rows = [sorted(db.execute(sql), key=str) for sql in (f"SELECT * FROM {table}", derived)]
        hold(rows[0] == rows[1], f"The table {table} is not what the records give.")
    found = {r[0]: r[1:] for r in db.execute("SELECT * FROM unresolved")} if db else unresolved
    given = {subject: (n, found.get(subject, (n, brief))[1] if brief is None else brief)
             for subject, (n, brief) in unresolved.items()}  # of a sealed one it is not known
    hold(found == given, "The table unresolved is not what the records give.")
    hold(not db or db.execute("PRAGMA integrity_check").fetchone() == ("ok",), "Its lists fail.")
    print(f"Entries: {size}{f', {gone} of them erased' if gone else ''}, {size - protected} not",
          f"yet protected. Checkpoints: {checkpoints},",
          "all signed." if key else "signatures not checked: no key.")
    if sealed:
        print(f"Sealed: {sealed}. Their bytes and places were checked, not what they say.")
if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("ledger")
    parser.add_argument("--key", action="append", default=[])
    parser.add_argument("--against", action="append", default=[])
    try:
        verify(**vars(parser.parse_args()))
    except Exception as error:  # whatever cannot be read does not hold
        sys.stderr.write(f"{error}\n" if type(error) is ValueError else f"Unreadable: {error!r}\n")
        sys.exit(7)
