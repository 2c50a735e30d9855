#!/usr/bin/env python3
"""Verifies a ledger of hitl without hitl: written from docs/formats/ledger.md and records.md, standard library only.

Takes a database or the first of a ledger's files. Checks chain, tree, heads, checkpoints with their signatures, and
what follows from records; of sealed ones what can be without their key, and says so. Ends with 0 where all holds, with 7 and
one sentence for each failure where not. Signatures count only for who has the ledger's key from its operator."""
import argparse, base64, functools, glob, hashlib, json, os, re, sqlite3, struct, sys, urllib.parse
sys.dont_write_bytecode = True
from ed25519 import signed
from records import account, index_of

# Of the statements in ledger.md §6, sorted, each with a line feed.
SCHEMA = "048319149e4897b9473936c9bf93bcbe8a68370fe914255b52d420538b369d5f"
HEADER = '{"ledger":"hitl","version":1,"identity":"%s","segment":%d,"size":%d,"head":"%s"}\n'
LINE = re.compile(rb'\{"sequence":([1-9]\d*),"last":([1-9]\d*),"time":(0|-?[1-9]\d*),"hash":"([0-9a-f]{64})",'
                  rb'(?:"record":(\{[ -~]*\})|"bytes":"([A-Za-z\d+/]*={0,2})")\}\n')
REMOVED = re.compile(rb'\{"by":([1-9]\d*),"erased":(.+)\}', re.S)
SEALED = re.compile(rb'\{"key":"aes:[0-9a-f]{16}","sealed":"[A-Za-z\d+/]+={0,2}"\}')
NOTE = re.compile(r"(([^\n]+)\n(0|[1-9]\d*)\n([A-Za-z\d+/]{43}=)\n)\n((?:— [^ +\n]+ [A-Za-z\d+/]+=*\n)+)")

sha256 = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
read = lambda name: open(name, encoding="utf-8", newline="").read()

def open_database(path, say):
    """The identity, the rows as (sequence, time, hash, record, index), and what checks the derived tables."""
    db = sqlite3.connect(f"file:{urllib.parse.quote(os.path.abspath(path))}?mode=ro", uri=True, isolation_level=None)
    db.execute("BEGIN")  # all queries see one moment, whoever appends meanwhile
    if db.execute("SELECT * FROM pragma_application_id, pragma_user_version").fetchone() != (0x6869746C, 2):
        raise ValueError("it is no ledger of version 2")
    schema = sorted(row[0] + "\n" for row in db.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL"))
    if sha256("".join(schema).encode()).hex() != SCHEMA:
        say("Its tables are not those of a ledger.")
    columns = "sequence, time, hash, record, claim, subject, kind, label, standing"
    rows = ((*row[:4], row[4:]) for row in db.execute(f"SELECT {columns} FROM entry ORDER BY sequence"))
    def check_tables(unresolved, counts, size):
        full = {key: count for key, count in counts.items() if key[2] < size // 64}
        tallies = {}
        for (kind, label, _), count in full.items():
            tallies[kind, label] = tallies.get((kind, label), 0) + count
        if set(db.execute("SELECT * FROM kind_run")) != {(kind, run) for kind, _, run in full}:
            say("The kinds of the runs are not those of the records.")
        if set(db.execute("SELECT * FROM label_run")) != {(label, run) for _, label, run in full if label is not None}:
            say("The labels of the runs are not those of the records.")
        found = {row[0]: row[1:] for row in db.execute("SELECT * FROM unresolved")}
        for subject in found.keys() & {s for s, (_, brief) in unresolved.items() if brief is None}:
            found[subject] = (found[subject][0], None)  # nobody knows the brief of a sealed record
        if found != unresolved:
            say("The table of unresolved subjects is not what the records give.")
        counted = sorted(((*key, count) for key, count in tallies.items()), key=str)
        if sorted(db.execute("SELECT * FROM tally"), key=str) != counted:
            say("The counts are not those of the records.")
        if db.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            say("The database's own lists do not hold.")
    return db.execute("SELECT value FROM meta WHERE name = 'identity'").fetchone()[0], rows, check_tables

def open_files(path, say):
    """The same of a ledger in files, which has neither tables nor stored indexes."""
    identity = json.loads(open(path, "rb").readline())["identity"]
    others = [name for name in glob.glob(glob.escape(path) + ".*") if re.fullmatch(r"[1-9]\d*", name[len(path) + 1:])]
    def rows():
        size, head = 0, sha256(b"hitl ledger v1\n", bytes.fromhex(identity))
        for number in range(1, len(others) + 2):
            with open(path if number == 1 else f"{path}.{number}", "rb") as file:
                if file.readline().decode() != HEADER % (identity, number, size, head.hex()):
                    return say(f"File {number} does not begin as one that follows entry {size}.")
                group, ends = [], None
                for line in file:
                    match = LINE.fullmatch(line)
                    record = match and (match[5] or base64.b64decode(match[6], validate=True))
                    if not match or match[6] is not None and re.fullmatch(rb"\{[ -~]*\}", record):
                        group = [None]  # not as it is written
                        break
                    sequence, last = int(match[1]), int(match[2])
                    group.append((sequence, int(match[3]), bytes.fromhex(match[4].decode()), record, None))
                    if last < sequence or ends not in (None, last):
                        break
                    ends = last
                    if sequence == last:
                        yield from group
                        size, head, group, ends = sequence, group[-1][2], [], None
                if group:
                    return say(f"After entry {size} stands what is no entry, or an append that was not finished.")
    return bytes.fromhex(identity), rows(), lambda unresolved, counts, size: None

def written_down(path, origin, keys, against, say):
    """What the ledger is held against: heads and roots by size, and how many checkpoints there are."""
    def beside(suffix, end):  # What follows the last end was never acknowledged.
        return read(path + suffix).split(end)[:-1] if os.path.exists(path + suffix) else []
    heads, roots, trusted, own_sizes = {}, {}, {}, set()
    lines = [re.fullmatch(r"(0|[1-9][0-9]*) ([0-9a-f]{64}) -?[0-9]+", line) for line in beside(".heads", "\n")]
    for line in lines:
        heads.setdefault(int(line[1]), []).append(line[2])
    for name, identifier, material in (key.split("+", 2) for key in keys):
        trusted[name, bytes.fromhex(identifier)] = material = base64.b64decode(material)
        if sha256(name.encode(), b"\n", material)[:4].hex() != identifier or material[0] != 1:
            raise ValueError("a key of another kind, or not whole")
    written = beside(".checkpoints", "\n\n")
    notes = ["\n\n".join(pair) + "\n" for pair in zip(written[::2], written[1::2])]
    for place, note in enumerate(notes + [read(name) for name in against]):
        match = NOTE.fullmatch(note)
        if not match or match[2] != origin:
            say("A checkpoint is none, or of another ledger.")
            continue
        covered, signatures = int(match[3]), [line.split(" ") for line in match[5].splitlines()]
        own_sizes |= {covered} if place < len(notes) else set()
        blobs = [(name, base64.b64decode(text)) for _, name, text in signatures]
        own = [(trusted[name, blob[:4]], blob[4:]) for name, blob in blobs if (name, blob[:4]) in trusted]
        if trusted and not (own and all(signed(key[1:], match[1].encode(), blob) for key, blob in own)):
            say(f"The checkpoint of {covered} entries is not signed by the ledger's key.")
        else:
            roots.setdefault(covered, []).append(base64.b64decode(match[4]))
    # The key says how many heads are older; all later ones have a checkpoint.
    older = int((beside(".key", "\n") or ["", f"heads {len(lines)}"])[1].split(" ")[1])
    for size in {int(line[1]) for line in lines[older:]} - own_sizes:
        say(f"The checkpoint of {size} entries is missing.")
    return heads, roots, len(notes) + len(against)

def verify(path, keys, against):
    failures = []
    say = failures.append
    is_database = open(path, "rb").read(15) == b"SQLite format 3"
    identity, rows, check_tables = (open_database if is_database else open_files)(path, say)
    previous = sha256(b"hitl ledger v1\n", identity)
    heads, roots, checkpoints = written_down(path, "hitl/ledger/" + previous.hex(), keys, against, say)
    size, peaks, protected, sealed, unresolved, counts, claims = 0, [], 0, 0, {}, {}, set()
    gone, left, calls, approved = 0, {}, {}, set()
    def compare():  # The root over perfect subtrees, the largest first.
        joined = functools.reduce(lambda right, left: sha256(b"\1", left, right), peaks[::-1]) if peaks else sha256()
        wrong = any(head != previous.hex() for head in heads.pop(size, []))
        if wrong or any(tree != joined for tree in roots.pop(size, [])):
            say(f"The ledger was rewritten: its first {size} entries are not those that were written down.")
    compare()
    for sequence, time, stored, record, index in rows:
        if sequence != size + 1:
            say(f"Entry {size + 1} is missing, or something stands before it.")
            break
        removed = REMOVED.fullmatch(record)
        leaf = sha256(b"\0", struct.pack(">qq", sequence, time), previous, record)
        if not removed and leaf != stored:
            say(f"Entry {sequence} was changed, or stands where it was not appended.")
            break
        size, leaf, before, previous = sequence, stored, previous, stored
        for _ in range((sequence & -sequence).bit_length() - 1):
            leaf = sha256(b"\1", peaks.pop(), leaf)
        peaks.append(leaf)
        if size in heads or size in roots:
            protected = size
            compare()
        is_sealed = SEALED.fullmatch(removed[2] if removed else record) is not None
        sealed += is_sealed
        gone += removed is not None
        r = None if is_sealed else json.loads(removed[2] if removed else record)
        if removed and not is_sealed:  # of a sealed one nobody can tell what is left of it
            rest = r and sha256(b"\0", struct.pack(">qq", sequence, time), before, removed[2]).hex()
            left[sequence] = int(removed[1]), rest
        elif r:
            account(r, sequence, left, calls, approved)
        *derived, brief = (*(index or [None] * 4 + [0]), None) if is_sealed else index_of(r)
        claim, subject, kind, label, standing = derived
        if index is not None and list(index) != derived or claim in claims:
            say(f"The index of entry {sequence} says something else than its record, or what another claimed.")
            break
        claims |= {claim} - {None}
        counts[kind, label, (size - 1) // 64] = counts.get((kind, label, (size - 1) // 64), 0) + 1
        if standing and subject is not None:
            unresolved.pop(subject, None)
            unresolved.update({subject: (sequence, brief)} if standing == 1 else {})
    if not failures:
        for sequence in sorted(left):
            say(f"Entry {sequence} was erased, and no approved request accounts for that.")
    if not failures and (heads or roots):
        say(f"The ledger ends at entry {size}, but had {max(heads | roots)}.")
    if not failures:
        check_tables(unresolved, counts, size)
        how = "all signed" if keys else "signatures not checked: no key"
        cut = f", {gone} of them erased" if gone else ""
        print(f"Entries: {size}{cut}, {size - protected} not yet protected. Checkpoints: {checkpoints}, {how}.")
    if not failures and sealed:
        print(f"Sealed: {sealed}. Their bytes and places were checked, not what they say.")
    return failures

if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("ledger")
    for option in ("--key", "--against"):
        arguments.add_argument(option, action="append", default=[])
    given = arguments.parse_args()
    try:
        found = verify(given.ledger, given.key, given.against)
    except (sqlite3.Error, ValueError, LookupError, TypeError, AttributeError, OSError) as error:
        found = [f"It cannot be read: {error}"]
    print("\n".join(found), file=sys.stderr)
    sys.exit(7 if found else 0)
