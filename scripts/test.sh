#!/bin/bash
# Every test, one target after the other, because their terminals and processes would starve each other on a small
# machine. All targets run, also after one that fails, and what failed is said once more at the end, where whoever reads
# only the last lines of a long log finds it. TEST_TIMEOUT is how long one target may take, in seconds; one that hangs
# fails instead of waiting for ever. `scripts/test.sh HITLCoreTests` runs one target.
set -uo pipefail
cd "$(dirname "$0")/.."

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
[ $# -gt 0 ] || set -- $(ls -d Tests/*Tests | xargs -n 1 basename)

failed=()
for target in "$@"; do
    echo "== $target"
    timeout --kill-after=30 "${TEST_TIMEOUT:-900}" swift test --skip-build --filter "^$target\." 2>&1 |
        tee "$logs/$target" || failed+=("$target")
done
[ ${#failed[@]} -gt 0 ] || exit 0

for target in "${failed[@]}"; do
    echo "== failed: $target"
    grep -aE -A 12 '^✘ Test .*(recorded an issue|Caught error)' "$logs/$target" | grep -avE '^(✔|◇|SKIPPED)' | head -60
    grep -aE '^✘ Test run|^error: |Fatal error' "$logs/$target" | tail -5
done
exit 1
