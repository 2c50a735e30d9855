/// Filters, and programs that only print what they are given.
enum TextPrograms {
    static let table = """
        sort paths -bdfgihMnRrVcCmsuz -k: -t: -S: --ignore-leading-blanks --dictionary-order --ignore-case \
        --general-numeric-sort --ignore-nonprinting --month-sort --human-numeric-sort --numeric-sort --random-sort \
        --reverse --sort: --version-sort --check? --key: --merge --stable --field-separator: --unique \
        --zero-terminated --buffer-size: --parallel: --debug --version --help
        uniq path -cdDiuz -f: -s: -w: --count --repeated --all-repeated? --skip-fields: --ignore-case \
        --skip-chars: --unique --zero-terminated --check-chars: --group? --version --help
        cut paths -nsz -b: -c: -d: -f: --bytes: --characters: --delimiter: --fields: --complement --only-delimited \
        --output-delimiter: --zero-terminated --version --help
        tr text -cCdst --complement --delete --squeeze-repeats --truncate-set1 --version --help
        paste paths -sz -d: --delimiters: --serial --zero-terminated --version --help
        join paths -iz -a: -e: -1: -2: -j: -o: -t: -v: --ignore-case --check-order --nocheck-order --header \
        --version --help
        fold paths -bs -w: -# --bytes --spaces --width: --version --help
        fmt paths -cstu -w: -p: -g: -# --width: --split-only --uniform-spacing --version --help
        column paths -tnexLJ -s: -o: -c: -N: -R: -H: -O: -W: -l: -d --table --separator: --output-separator: \
        --table-columns: --table-right: --output-width: --fillrows --json --version --help
        expand,unexpand paths -ai -t: --initial --all --first-only --tabs: --version --help
        tsort paths --version --help
        shuf paths -erz -i: -n: --echo --input-range: --head-count: --repeat --zero-terminated --version --help
        numfmt text -dz --from: --to: --from-unit: --to-unit: --format: --padding: --suffix: --field: --header? \
        --delimiter: --grouping --round: --version --help
        iconv paths -cls -f: -t: --from-code: --to-code: --list --silent --version --help
        seq text -w -f: -s: --equal-width --format: --separator: --version --help
        factor text --version --help
        """

    /// Programs that search text, without those of their options that start other programs.
    static let searching = """
        grep,egrep,fgrep pattern -EFGivwxcLlnqsoHhabzrTUyIZ -e: -f@ -m: -A: -B: -C: -d: -D: -# --extended-regexp \
        --fixed-strings --basic-regexp --ignore-case --no-ignore-case --invert-match --word-regexp --line-regexp \
        --count --color? --colour? --files-without-match --files-with-matches --max-count: --only-matching --quiet \
        --silent --no-messages --byte-offset --with-filename --no-filename --label: --line-number --initial-tab \
        --null --after-context: --before-context: --context: --text --binary-files: --exclude: --exclude-from@ \
        --exclude-dir: --include: --recursive --null-data --regexp: --file@ --line-buffered --version --help
        rg pattern -isSFvwxclnNoqHI0aUpVh -e: -f@ -g: -t: -T: -A: -B: -C: -m: -M: -j: -r: -d: -E: --ignore-case \
        --smart-case --case-sensitive --fixed-strings --invert-match --word-regexp --line-regexp --count \
        --count-matches --files --files-with-matches --files-without-match --line-number --no-line-number \
        --only-matching --quiet --with-filename --no-filename --null --text --multiline --multiline-dotall --pretty \
        --regexp: --file@ --glob: --iglob: --type: --type-not: --type-list --after-context: --before-context: \
        --context: --max-count: --max-columns: --max-columns-preview --max-depth: --max-filesize: --threads: \
        --replace: --color: --colors: --column --no-column --heading --no-heading --json --stats --sort: --sortr: \
        --trim --vimgrep --no-messages --line-buffered --passthru --crlf --engine: --no-config --encoding: \
        --version --help
        """
}
