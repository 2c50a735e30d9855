/// Programs that print files, parts of them, or sums over them.
enum ReadingPrograms {
    static let table = """
        cat paths -AbeEnstTuv --show-all --number-nonblank --show-ends --number --squeeze-blank --show-tabs \
        --show-nonprinting --version --help
        tac paths -br -s: --before --regex --separator: --version --help
        head paths -qvz -n: -c: -# --lines: --bytes: --quiet --silent --verbose --zero-terminated --version --help
        tail paths -qvzr -n: -c: -# --lines: --bytes: --quiet --silent --verbose --zero-terminated --version --help
        wc paths -clmLw --bytes --chars --lines --max-line-length --words --total: --version --help
        zcat,gzcat,bzcat,xzcat,zstdcat paths -fqv --force --quiet --verbose --version --help
        pr paths -adfFJmrtTv -# -D: -e? -h: -i? -l: -n? -N: -o: -s? -S? -w: -W: --across --columns: --double-space \
        --date-format: --form-feed --header: --join-lines --length: --merge --indent: --no-file-warnings \
        --omit-header --omit-pagination --show-nonprinting --width: --page-width: --version --help
        nl paths -p -b: -d: -f: -h: -i: -l: -n: -s: -v: -w: --body-numbering: --number-format: --number-width: \
        --number-separator: --starting-line-number: --line-increment: --version --help
        od paths -abcdDefFhHiIlLoOsvxX -A: -j: -N: -S: -t: -w? --address-radix: --skip-bytes: --read-bytes: --format: \
        --strings? --output-duplicates --width? --endian: --version --help
        xxd path -abeEipu -c: -g: -l: -o: -s: -C -R:
        hexdump,hd paths -bcCdovx -e: -n: -s: --canonical --length: --skip: --no-squeezing
        strings paths -a -n: -t: -e: -f -# --all --bytes: --radix: --print-file-name --encoding: --version --help
        md5sum,sha1sum,sha224sum,sha256sum,sha384sum,sha512sum,b2sum paths -btzl --binary --text --tag --zero \
        --version --help
        cksum,sum paths -rs --sysv --version --help
        shasum paths -bUtpq -a: --algorithm: --binary --text --version --help
        rev paths -0 --zero --version --help
        cmp paths -bls -i: -n: --print-bytes --verbose --quiet --silent --ignore-initial: --bytes: --version --help
        diff paths -qsrNupetyabBwEZiTdH -c -C: -U: -W: -x: -L: -I: -# --brief --report-identical-files --recursive \
        --new-file --unified? --context? --side-by-side --width: --text --ignore-all-space --ignore-space-change \
        --ignore-blank-lines --ignore-case --ignore-tab-expansion --ignore-trailing-space --minimal --color? \
        --exclude: --label: --strip-trailing-cr --suppress-common-lines --left-column --expand-tabs --version --help
        diff3 paths -aeExX3mAi --merge --text
        comm paths -123z --check-order --nocheck-order --output-delimiter: --total --zero-terminated --version --help
        base64,base32,basenc paths -dDi -w: -b: --decode --ignore-garbage --wrap: --base64 --base64url --base16 \
        --version --help
        """
}
