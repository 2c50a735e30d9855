#!/bin/sh
# Installs what building and running hitl needs and this machine lacks. Says what it does; does
# nothing where nothing is missing.
#
#   scripts/setup.sh        what `make build` and `make run` need
#   scripts/setup.sh tests  also what the tests drive from outside
set -eu

build="libedit-dev libsqlite3-dev libyaml-dev libssl-dev curl ca-certificates"
tests="strace sqlite3 python3 man-db"
wanted=$build
[ "${1:-}" = tests ] && wanted="$build $tests"

need_swift() {
    echo "hitl needs Swift 6.2 or later: $1. See https://www.swift.org/install/linux/" >&2
    exit 1
}
command -v swift >/dev/null 2>&1 || need_swift "there is no \`swift\` on the PATH"
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | head -n 1)
# shellcheck disable=SC2086
set -- ${version:-0 0}
if [ "$1" -lt 6 ] || { [ "$1" -eq 6 ] && [ "$2" -lt 2 ]; }; then need_swift "this is $1.$2"; fi

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "This is not Debian or Ubuntu. What is needed, by its names there: $wanted" >&2
    exit 0
fi

missing=
for package in $wanted; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
    sudo=
elif command -v sudo >/dev/null 2>&1; then
    sudo=sudo
else
    echo "These packages are missing:$missing. As root: apt-get install$missing" >&2
    exit 1
fi
echo "Installing what is missing:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
    # shellcheck disable=SC2086
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >"$log" 2>&1
}
# A package list that is there serves; only where it does not is it fetched anew.
if ! install; then
    $sudo apt-get update -qq
    install || {
        cat "$log" >&2
        echo "apt-get could not install:$missing" >&2
        exit 1
    }
fi
