/// Programs that list files and say what they are.
enum ListingPrograms {
    static let table = """
        ls,dir,vdir paths -aAbBcCdfFgGhHiklLmnNopqQrRsStuUvxXZ1 -w: -I: -T: --all --almost-all --author --escape \
        --color? --directory --full-time --group-directories-first --no-group --human-readable --si --inode --hide: \
        --ignore: --indicator-style: --file-type --classify? --size --sort: --time: --time-style: --reverse \
        --recursive --numeric-uid-gid --literal --quote-name --width: --zero --version --help --block-size: --format:
        tree paths -adfpsughiDFrtUXJCnASNqQvcx -L: -P: -I: -H: --noreport --dirsfirst --filelimit: --prune \
        --charset: --du --si --inodes --gitignore --matchdirs --ignore-case --sort: --version --help
        du paths -acdhHkmsxS0bDl -d: -t: -B: --all --apparent-size --block-size: --bytes --total --human-readable \
        --max-depth: --one-file-system --si --summarize --separate-dirs --threshold: --time? --exclude: --null \
        --version --help
        df paths -ahHikmPTl -B: -t: -x: --all --block-size: --human-readable --si --inodes --local --portability \
        --total --type: --print-type --exclude-type: --output? --version --help
        stat paths -tf -c: --format: --printf: --terse --file-system --version --help
        file paths -bhikLnNrs0 -e: -F: --brief --mime --mime-type --mime-encoding --extension --keep-going --raw \
        --no-dereference --separator: --print0 --version --help
        readlink,realpath paths -efmnqszLP --canonicalize --canonicalize-existing --canonicalize-missing --no-newline \
        --quiet --silent --zero --relative-to@ --relative-base@ --logical --physical --strip --no-symlinks \
        --version --help
        pwd none -LP --logical --physical
        basename text -az -s: --multiple --suffix: --zero --version --help
        dirname text -z --zero --version --help
        fd,fdfind pattern -isgFap01 -e: -t: -d: -E: -S: -c: --extension: --type: --max-depth: --min-depth: \
        --exact-depth: --glob --fixed-strings --ignore-case --case-sensitive --absolute-path --full-path --print0 \
        --exclude: --size: --changed-within: --changed-before: --color: --max-results: --version --help
        namei paths -xmolnv --modes --owners --long
        pathchk text -pP --portability
        """
}
