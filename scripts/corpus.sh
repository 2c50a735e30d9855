#!/bin/sh
# What the policy makes of the attack corpus: silent allows, hard blocks and friction, by category.
set -eu
cd "$(dirname "$0")/.."
cases=${1:-../shared/corpus/policy-cases.jsonl}
[ -r "$cases" ] || { echo "The corpus is not here: $cases" >&2; exit 0; }
exec python3 bench/corpus.py .build/debug/hitl "$cases"
