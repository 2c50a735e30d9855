#!/bin/sh
# The long form of the crash matrix. KILLS=500 scripts/torture.sh for fewer.
set -eu
cd "$(dirname "$0")/.."
HITL_KILLS=${KILLS:-2000} exec swift test --filter CrashTests
