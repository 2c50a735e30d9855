#!/bin/sh
# Builds what is measured and what it is measured against, and prints one table.
set -eu
cd "$(dirname "$0")/.."

out=.build/bench
mkdir -p "$out/floors"
for floor in gate fanin floordesk syncs; do
    cc -O2 -Wall -o "$out/floors/$floor" "bench/floors/$floor.c" bench/floors/measure.c
done
printf 'print("hello")\n' > "$out/hello.swift"
swiftc -O -static-stdlib -o "$out/hello" "$out/hello.swift"
for tool in ledger-maker gate-meter tree-meter policy-meter history-meter append-meter; do
    swift build -c release --static-swift-stdlib --product "$tool" >/dev/null
done
tools=$(swift build -c release --static-swift-stdlib --show-bin-path)
cache=${HITL_BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hitl-bench}

exec python3 bench/bench.py "${1:-.build/dist/hitl}" "$out/floors" \
    "$tools/ledger-maker" "$tools/gate-meter" "$tools/tree-meter" "$out/hello" "$cache" "$tools/policy-meter" \
    "$tools/history-meter" "$tools/append-meter"
