# Everything that is done to this project from outside has a name here. `make help` lists the names.

PREFIX ?= /usr/local
DESTDIR ?=
# A shell leaves the tilde of `PREFIX=~/.local` alone when it is not bash.
prefix := $(patsubst ~/%,$(HOME)/%,$(PREFIX))
root = $(DESTDIR)$(prefix)

formatted = Package.swift Sources Tests examples
binary = .build/dist/hitl
sources := Package.swift scripts/release.sh $(shell find Sources -type f)

installed = \
	bin/hitl \
	share/man/man1/hitl.1 \
	share/man/man5/hitl.yaml.5 \
	share/bash-completion/completions/hitl \
	share/zsh/site-functions/_hitl \
	share/fish/vendor_completions.d/hitl.fish \
	share/doc/hitl/conformance.md

.DEFAULT_GOAL := help
.PHONY: help run build test lint release install uninstall bench corpus conformance torture format man clean

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
		while IFS='|' read -r name what; do printf '  make %-10s %s\n' "$$name" "$$what"; done

run: build ## install what is missing, build, and open the loop with the demo
	@LANG=$${LANG:-C.UTF-8} .build/debug/hitl loop --enable-hitl

build: ## a debug build of the program: .build/debug/hitl
	@scripts/setup.sh
	swift build --product hitl

test: ## check the format and run every test, as CI does
	@scripts/setup.sh tests
	@$(MAKE) --no-print-directory lint
	swift build --build-tests
	@scripts/test.sh

lint: ## check the format alone
	@swift format lint --strict --parallel --recursive $(formatted) || \
		{ echo 'The format is not the agreed one. `make format` mends most of it; the lines above say what is left.' >&2; exit 1; }

release: $(binary) ## an optimised, stripped program that needs only the C library: .build/dist/hitl

$(binary): $(sources)
	@scripts/setup.sh
	@scripts/release.sh $(binary)

install: $(binary) ## put program, manual and completions under PREFIX (/usr/local); DESTDIR is honoured
	install -d $(addprefix $(root)/,$(dir $(installed)))
	install -m 755 $(binary) $(root)/bin/hitl
	install -m 644 man/hitl.1 $(root)/share/man/man1/hitl.1
	install -m 644 man/hitl.yaml.5 $(root)/share/man/man5/hitl.yaml.5
	install -m 644 completions/hitl.bash $(root)/share/bash-completion/completions/hitl
	install -m 644 completions/_hitl $(root)/share/zsh/site-functions/_hitl
	install -m 644 completions/hitl.fish $(root)/share/fish/vendor_completions.d/hitl.fish
	install -m 644 docs/conformance.md $(root)/share/doc/hitl/conformance.md

uninstall: ## take away what install put there; ledger and configuration stay
	rm -f $(addprefix $(root)/,$(installed))

bench: $(binary) ## measure against the machine's own limits; prints one table
	@scripts/setup.sh tests
	scripts/bench.sh

corpus: build ## what the policy makes of the attack corpus, by category
	@scripts/corpus.sh

conformance: ## what each adapter does with the same cases, a table
	@scripts/setup.sh tests
	@swift build --build-tests
	@scripts/conformance.sh

torture: ## the long form of the crash matrix: many kills at every write
	@scripts/setup.sh tests
	scripts/torture.sh

format: ## bring all Swift files into the agreed format
	swift format format --in-place --parallel --recursive $(formatted)

man: ## write man/ and completions/ anew from the definitions in the code
	@scripts/setup.sh
	HITL_WRITE_MANUAL=1 swift test --filter 'are the ones that the definitions give'

clean: ## remove everything that was built
	rm -rf .build
