#!/usr/bin/env bash
# Runs what stands behind docs/conformance.md, an adapter at a time, and prints each case with what came of it.
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0

# try ADAPTER FILES: the tests of these files of EndToEndTests.
try() {
    local status=0
    printf '\n== %s\n' "$1"
    swift test --skip-build --filter "^EndToEndTests\..*/($2)\.swift" >"$log" 2>&1 || status=$?
    awk '
        /^[^ ]+ Test ".*" .*(passed|failed) after / || /^[^ ]+ Test ".*" skipped/ {
            result = $0 ~ / failed after / ? "FAILED" : ($0 ~ /" skipped/ ? "skipped" : "ok")
            name = $0
            sub(/^[^"]*"/, "", name)
            sub(/".*$/, "", name)
            printf "%-8s %s\n", result, name
        }
        /^SKIPPED/ { print }
    ' "$log"
    if [ "$status" -ne 0 ]; then
        failed=1
        grep -E 'recorded an issue' "$log" | head -20 >&2 || true
    fi
}

try 'hitl ask' 'AskTests|HandingInTests'
try 'hitl mcp' 'GatewayTests|GatewayPeerTests'
try 'hitl hook' 'HookTests'
try '--agent acp, --agent exec' 'ProtocolAgentTests|NoAgentTests|FloodTests|RealAgentTests'
try '--agent claude, --agent codex' 'DrivenAgentTests'
exit "$failed"
