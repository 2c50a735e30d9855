#!/bin/sh
# Builds the program as it is shipped: optimised, without symbols, with everything but the C library
# linked into it, as far as this machine has the static libraries.
#
#   scripts/release.sh OUTPUT
set -eu
cd "$(dirname "$0")/.."
output=$1

compiler=$(command -v clang || command -v cc) || {
    echo "Neither clang (it comes with Swift) nor cc is on the PATH." >&2
    exit 1
}

# A folder of links to static libraries and to nothing else: the linker looks into it first and takes
# what it finds. What is not in it is linked dynamically, and the last lines below show that.
folder=$PWD/.build/static
rm -rf "$folder"
mkdir -p "$folder" "$(dirname "$output")"
add() { # NAME [FILE]
    found=$("$compiler" -print-file-name="lib${2:-$1}.a")
    case $found in
    */*) ln -sf "$found" "$folder/lib$1.a" ;;
    *) echo "lib${2:-$1}.a is not here, so that library is linked dynamically." >&2 ;;
    esac
}
for library in edit tinfo bsd md sqlite3 yaml crypto stdc++; do add "$library"; done
# The unwinder is asked for as gcc_s; its static form has another name.
add gcc_s gcc_eh

# What a static libedit needs itself.
needed=
if [ -e "$folder/libedit.a" ]; then
    for library in tinfo bsd md; do needed="$needed -Xlinker -l$library"; done
fi
# Nothing looks a symbol of the program up by its name, and no library is looked for beside it: the table of symbols and
# the search would cost every start a part of a millisecond.
printf '{ local: *; };\n' >"$folder/symbols"
# shellcheck disable=SC2086
swift build -c release --static-swift-stdlib --product hitl -Xlinker "-L$folder" $needed \
    -Xlinker "--version-script=$folder/symbols" --disable-local-rpath

program=$(swift build -c release --show-bin-path)/hitl
if nm "$program" | grep -q 12_RegexParser; then
    echo "Something uses the standard library's search in strings or its regular expressions, which brings all of them" \
        "into the program. Sources/HITLCore/Text has what does without." >&2
fi
cp "$program" "$output.new"
strip "$output.new"
mv "$output.new" "$output"

echo "$output: $(($(stat -c %s "$output") / 1000)) kB, $("$output" --version). It needs:"
ldd "$output" | sed 's/^[[:space:]]*/    /'
