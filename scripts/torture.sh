#!/bin/sh
# The long form of the crash matrix: a probe killed at every write, and the built program and whoever asks it killed at
# random moments, one such desk for ten kills of the probe. KILLS=500 scripts/torture.sh for fewer.
#
# Before it random input into everything that reads what agents and operators write: CASES of each kind, with a seed that
# is printed. SEED=7 CASES=1 scripts/torture.sh fuzz is one case again. It is built apart, with the address sanitizer and
# a counter at every edge of the control flow: growth is measured in steps, which no busy machine changes.
set -eu
cd "$(dirname "$0")/.."

swift build --scratch-path .build/fuzz --sanitize address -Xswiftc -sanitize-coverage=edge,trace-pc-guard \
    --product policy-fuzz 2>&1 | grep -E 'error|warning: unre|complete' || true
fuzz=$(swift build --scratch-path .build/fuzz --sanitize address --product policy-fuzz --show-bin-path)/policy-fuzz
ASAN_OPTIONS=detect_leaks=0 "$fuzz" --cases "${CASES:-2000}" ${SEED:+--seed "$SEED"} ${SUBJECT:+--subject "$SUBJECT"}
[ "${1:-}" != fuzz ] || exit 0

HITL_KILLS=${KILLS:-2000} exec swift test --filter 'CrashTests|restarted under load'
