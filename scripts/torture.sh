#!/bin/sh
# The long form of the crash matrix: a probe killed at every write, and the built program and whoever asks it killed at
# random moments, one such desk for ten kills of the probe. KILLS=500 scripts/torture.sh for fewer.
set -eu
cd "$(dirname "$0")/.."
HITL_KILLS=${KILLS:-2000} exec swift test --filter 'CrashTests|restarted under load'
