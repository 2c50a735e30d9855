"""What follows from the records of a ledger: written from docs/formats/records.md and ledger.md."""
import hashlib, struct

def index_of(r):
    """Claim, subject, kind, label, standing and brief of a record: records.md §5."""
    kind, word = r["type"] if r else "removed", lambda n: struct.pack("<q", n)
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
    if kind in ("erased", "purged"):
        return f"removed/{r['request']}", str(r["request"]), kind, None, 0, None
    claim = "mended/" + r["file"] if kind == "mended" else None
    return claim, r["subject"] if kind == "rolledBack" else None, kind, None, 0, None

def account(r, sequence, left, calls, approved):
    """Takes from what is left of entries what this record accounts for, where a person approved that: ledger.md §10."""
    kind, call = r["type"], calls.get(r.get("request"))
    if kind == "opened" and r["call"]["tool"] in ("eraseRecords", "purgeRecords"):
        calls[r["number"]] = r["call"]
    elif kind == "closed" and call and r["status"]["is"] == "approved" and r["performer"] == "desk":
        approved |= {r["request"]} if r["status"]["review"]["reviewer"]["role"] == "person" else set()
    elif kind in ("erased", "purged") and r["request"] in approved and call["tool"] == kind[:5] + "Records":
        asked = None if call.get("content") == "erased" else call["arguments"]
        through = r["through"] if kind == "purged" and (asked is None or asked["through"] == r["through"]) else 0
        gone = [(n, None) for n in left if n <= through]
        named = [(e["entry"], e["left"]) for e in r.get("entries", [])]
        joined = hashlib.sha256(b"".join(bytes.fromhex(rest) for _, rest in named)).hexdigest()
        gone += named if asked is None or asked.get("entries") == [n for n, _ in named] and asked["left"] == joined else []
        for n in [n for n, rest in gone if left.get(n) == (sequence, rest)]:
            del left[n]
