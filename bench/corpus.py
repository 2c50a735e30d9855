"""Prints what `hitl policy explain` says of a corpus of calls, by category.

A silent allow is a gated case that nobody is asked about, a hard block a benign one that is refused, and friction a
benign one that asks. Git's commands read only when they run confined, so their benign cases count as neither.
"""
import collections
import json
import subprocess
import sys
import tempfile

program, path = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    cases = [json.loads(line) for line in file if line.strip()]
with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as calls:
    for case in cases:
        calls.write(json.dumps({"id": case["id"], "tool": case["tool"], "args": case["args"]}) + "\n")
    calls.flush()
    answer = subprocess.run([program, "policy", "explain", "--json", "--calls", calls.name], capture_output=True, text=True)
effects = {verdict["id"]: verdict["effect"] for verdict in map(json.loads, answer.stdout.splitlines())}

rows = collections.defaultdict(collections.Counter)
for case in cases:
    effect, expected = effects.get(case["id"], "none"), case["expect"]
    row = rows[case["category"]]
    row["cases"] += 1
    row["silent allows"] += expected != "allow" and effect not in ("ask", "deny")
    row["hard blocks"] += expected == "allow" and effect == "deny"
    row["friction"] += expected == "allow" and effect == "ask" and case["category"] != "benign-git"
    row["benign"] += expected == "allow" and case["category"] != "benign-git"
    row["to block"] += expected == "block"
    row["blocked"] += expected == "block" and effect == "deny"

columns = ["cases", "silent allows", "hard blocks", "friction", "benign", "blocked", "to block"]
total = sum(rows.values(), collections.Counter())
print(f"{'category':20}" + "".join(f"{column:>15}" for column in columns))
for name, row in sorted(rows.items()) + [("all", total)]:
    print(f"{name:20}" + "".join(f"{row[column]:15}" for column in columns))
sys.exit(1 if total["silent allows"] or total["hard blocks"] else 0)
