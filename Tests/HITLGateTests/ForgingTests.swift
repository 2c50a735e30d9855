import Glibc
import HITLPlatform
import Testing

/// What the compiler has to refuse, asked of the compiler.
@Suite struct `I1 A permit` {
    private let modules: [String]

    private init() throws {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        let sources = root.joined(separator: "/") + "/Sources"
        let products = try #require(Self.products)
        // As a file of this very package, which sees all that is `package` and not only what is `public`.
        let package = String(
            (root.last ?? "").lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        let maps = [
            "\(products)/CPlatform.build/module.modulemap", "\(products)/CWriteAhead.build/module.modulemap",
            "\(products)/CReadAhead.build/module.modulemap",
            "\(sources)/CCrypto/include/module.modulemap", "\(sources)/CTLS/include/module.modulemap",
            "\(sources)/CSQLite/module.modulemap",
        ]
        modules =
            [
                "swiftc", "-emit-sil", "-o", "/dev/null", "-swift-version", "6", "-package-name", package,
                "-I", "\(products)/Modules", "-module-cache-path", "\(products)/ForgingCache",
            ] + maps.flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
            + ["CPlatform", "CWriteAhead", "CReadAhead", "CCrypto", "CTLS"].flatMap {
                ["-Xcc", "-I\(sources)/\($0)/include"]
            } + ["-"]
    }

    /// Where the tests that are running were built.
    private static var products: String? {
        guard let program = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(program) }
        return String(cString: program)
            .split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    }

    /// The compiler's first error for a function; nil where it compiles.
    private func fault(in function: String) async throws -> String? {
        var launch = Launch("/usr/bin/env", modules)
        launch.environment = ThisProcess.environment()
        launch.input = .bytes(Array("import HITLCore\nimport HITLGate\n\(function)\n".utf8))
        let result = try await ChildProcess.run(launch)
        if result.ending == .exited(0) { return nil }
        let lines = String(decoding: result.error.head, as: UTF8.self).split(separator: "\n")
        return lines.first { $0.contains("error: ") }?.split(separator: "error: ").last.map(String.init)
            ?? "\(result.ending)"
    }

    @Test func `is spent by the one who has it`() async throws {
        #expect(
            try await fault(
                in: """
                    func spend(_ permit: consuming Permit, with executor: some Executor, at gate: Gate) async -> Outcome {
                        await gate.execute(permit, with: executor)
                    }
                    """) == nil)
    }

    @Test func `cannot be spent twice`() async throws {
        #expect(
            try await fault(
                in: """
                    func spend(_ permit: consuming Permit, with executor: some Executor, at gate: Gate) async {
                        _ = await gate.execute(permit, with: executor)
                        _ = await gate.execute(permit, with: executor)
                    }
                    """) == "'permit' consumed more than once")
    }

    @Test func `cannot be copied, nor kept beside being spent`() async throws {
        #expect(
            try await fault(in: "func copy(_ permit: borrowing Permit) -> Permit { permit }")
                == "'permit' is borrowed and cannot be consumed")
        #expect(
            try await fault(
                in: """
                    func keep(_ permit: consuming Permit, with executor: some Executor, at gate: Gate) async -> Permit {
                        _ = await gate.execute(permit, with: executor)
                        return permit
                    }
                    """) == "'permit' consumed more than once")
    }

    @Test func `cannot be made by anybody but the gate`() async throws {
        #expect(
            try await fault(
                in: """
                    func forge(_ call: ToolCall) -> Permit {
                        Permit(call, digest: CallDigest("hmac-sha256:00"), subject: .request(1))
                    }
                    """) == "'Permit' initializer is inaccessible due to 'internal' protection level")
    }

    @Test func `is what a ruling has to be asked for, and a refusal has none`() async throws {
        #expect(
            try await fault(
                in: """
                    func run(_ ruling: consuming Ruling, with executor: some Executor, at gate: Gate) async -> Outcome? {
                        switch consume ruling {
                        case .permitted(let permit): await gate.execute(permit, with: executor)
                        }
                    }
                    """) == "switch must be exhaustive")
    }
}
