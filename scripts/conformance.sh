#!/usr/bin/env bash
# Runs what stands behind docs/conformance.md, an adapter at a time, and prints each case with what came of it; then the
# table of the real agents, clients and servers, as it stands there.
#
# HITL_PEERS names the directory with their virtual environments, HITL_PEERS_SOURCE that with the programs that drive
# them. Without either they are looked for where peers/install.sh puts them, and beside the checkout.
set -euo pipefail
cd "$(dirname "$0")/.."

export HITL_PEERS=${HITL_PEERS:-$HOME/.cache/hitl-peers}
export HITL_PEERS_SOURCE=${HITL_PEERS_SOURCE:-$PWD/../shared/peers}
log=$(mktemp)
HITL_CONFORMANCE=$(mktemp)
export HITL_CONFORMANCE
trap 'rm -f "$log" "$HITL_CONFORMANCE"' EXIT
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

# What the real peers did: a row for each case, and the reason below where one did not run.
table() {
    awk -F '\t' '
        BEGIN {
            height = split("allow|reject with a reason|edit|expire|withdraw|desk killed while waiting|desk absent|" \
                "bytes torn|answer after death", row, "|")
            for (r = 1; r <= height; r++) rows[row[r]] = 1
        }
        !($1 in rows) { rows[$1] = 1; row[++height] = $1 }
        !($2 in columns) { columns[$2] = 1; column[++width] = $2 }
        {
            result = $3
            if (result ~ /^not run: /) {
                why = substr(result, 10)
                if (!(why in note)) { note[why] = ++notes; reason[notes] = why }
                result = "not run [" note[why] "]"
            }
            cell[$1, $2] = result
        }
        END {
            line = "| case |"; rule = "|---|"
            for (c = 1; c <= width; c++) { line = line " " column[c] " |"; rule = rule "---|" }
            print line; print rule
            for (r = 1; r <= height; r++) {
                line = "| " row[r] " |"
                for (c = 1; c <= width; c++) {
                    result = cell[row[r], column[c]]
                    line = line " " (result == "" ? "-" : result) " |"
                }
                print line
            }
            for (n = 1; n <= notes; n++) print "[" n "] " reason[n]
        }
    ' "$HITL_CONFORMANCE"
}

try 'hitl ask' 'AskTests|HandingInTests'
try 'hitl mcp' 'GatewayTests|GatewayPeerTests|ServerURLTests|ServerURLPeerTests|RealGatewayTests'
try 'hitl hook' 'HookTests|RealHookTests'
try '--agent acp, --agent exec' 'ProtocolAgentTests|NoAgentTests|FloodTests|RealAgentTests'
try '--agent claude, --agent codex' 'DrivenAgentTests'
try 'real agents in the loop' 'RealLoopTests'
printf '\n== real agents, clients and servers\n'
table
exit "$failed"
