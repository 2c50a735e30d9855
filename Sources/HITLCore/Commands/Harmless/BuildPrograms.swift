/// Builds, tests and formatters: they run code of the project, and a sandbox takes the harm out of that.
enum BuildPrograms {
    /// `NAME: words that may follow first` or `NAME` alone for any arguments; `+` marks what needs the network.
    private static let text = """
        npm: test t run run-script start build +install +ci +i +update +audit
        pnpm: test run build lint start +install +i +update
        yarn: test run build lint start +install
        bun: test run build +install
        make,gmake,ninja,just,task,ctest,meson,bazel,buck2
        cmake
        cargo: build b check c test t clippy fmt run r bench doc nextest +fetch +update +add +install
        swift: build test package run format
        go: build test vet fmt run generate +get +mod +install
        pytest,py.test,tox,nox,mypy,pyright,ruff,black,isort,flake8,pylint,pyflakes,autopep8,yapf,coverage,hatch,pdm
        python,python3: -m
        poetry: run build +install +lock +add
        uv: +run +sync +pip +lock
        pip,pip3: +install +download
        eslint,prettier,tsc,jest,vitest,mocha,ava,webpack,vite,rollup,esbuild,turbo,biome,stylelint,playwright,cypress
        gradle,gradlew,mvn,mvnw,ant,sbt,lein
        dotnet: build test run format +restore
        rake,rspec,rubocop,standardrb
        bundle: exec +install
        mix: test compile format +deps.get
        stack,cabal,dune,zig,elm,crystal
        deno: test fmt lint check
        phpunit,phpstan,psalm,pint
        composer: test +install +update
        gcc,g++,cc,c++,clang,clang++,rustc,javac,kotlinc,swiftc,ld,as
        swift-format,swiftformat,swiftlint,clang-format,gofmt,goimports,rustfmt,shellcheck,shfmt,hadolint,yamllint,
        markdownlint,pre-commit,golangci-lint,staticcheck,ktlint,checkstyle,cppcheck,clang-tidy,xcodebuild,tflint
        """

    private static let table: [String: (words: Set<String>, network: Set<String>)] = {
        var table: [String: (words: Set<String>, network: Set<String>)] = [:]
        for line in text.split(separator: "\n") {
            let halves = line.split(separator: ":", maxSplits: 1)
            let words = halves.count > 1 ? halves[1].split(separator: " ") : []
            let network = Set(words.filter { $0.first == "+" }.map { String($0.dropFirst()) })
            let entry = (Set(words.filter { $0.first != "+" }.map(String.init)), network)
            for name in halves[0].split(separator: ",") { table[String(name)] = entry }
        }
        return table
    }()

    /// nil where the program is none of these.
    static func confinement(of name: String, _ arguments: ArraySlice<CommandArgument>) -> Confinement? {
        guard let (words, network) = table[name] else { return nil }
        if words.isEmpty && network.isEmpty { return .workspace }
        guard let first = arguments.first else {
            // `yarn` and `pnpm` alone install.
            return name == "yarn" || name == "pnpm" ? .workspaceWithNetwork : nil
        }
        if words.contains(first.text) { return .workspace }
        return network.contains(first.text) ? .workspaceWithNetwork : nil
    }
}
