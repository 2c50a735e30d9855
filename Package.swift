// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// A small program that tests start, kill and drive from outside.
func probe(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: settings)
}

let package = Package(
    name: "hitl",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "hitl", targets: ["hitl"]),
        .library(name: "HITL", targets: ["HITL"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0")
    ],
    targets: [
        // C: the operating system and the libraries that Debian keeps.
        .target(name: "CPlatform"),
        .target(name: "CCrypto", linkerSettings: [.linkedLibrary("crypto")]),
        // libssl is loaded where a connection needs it.
        .target(name: "CTLS", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .target(name: "CLibedit", linkerSettings: [.linkedLibrary("edit")]),
        .target(name: "CWriteAhead", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "CReadAhead", linkerSettings: [.linkedLibrary("sqlite3")]),
        .systemLibrary(name: "CSQLite"),
        .systemLibrary(name: "CYAML"),

        // From the bottom up; dependencies point down only.
        module("HITLPlatform", ["CPlatform", "CTLS"]),
        module("HITLCore", []),
        module("HITLLedger", ["HITLPlatform", "CSQLite", "CWriteAhead", "CReadAhead", "CCrypto"]),
        module(
            "HITLGate",
            ["HITLCore", "HITLLedger", "HITLPlatform", .product(name: "HeapModule", package: "swift-collections")]),
        module("HITLConfiguration", ["HITLCore", "CYAML"]),
        module("HITLTools", ["HITLGate", "HITLCore", "HITLPlatform", "CCrypto"]),
        module("HITLAgents", ["HITLGate", "HITLCore", "HITLConfiguration", "HITLPlatform"]),
        module("HITLServer", ["HITLGate", "HITLCore", "HITLLedger", "HITLPlatform"]),
        module("HITLTerminal", ["HITLPlatform", "CLibedit"]),
        module(
            "HITLConsole", ["HITLGate", "HITLCore", "HITLLedger", "HITLConfiguration", "HITLTerminal", "HITLPlatform"]),
        // Writes the manual and the completions; only a test uses it, so that the program is without it.
        module("HITLManual", ["HITLConsole", "HITLConfiguration"]),
        module("HITL", ["HITLGate", "HITLCore", "HITLLedger", "HITLPlatform"]),
        .executableTarget(
            name: "refund-desk", dependencies: ["HITL"], path: "examples/refund-desk", swiftSettings: settings),
        .executableTarget(
            name: "ledger-maker", dependencies: ["HITLGate", "HITLCore", "HITLLedger", "HITLPlatform", "CSQLite"],
            path: "bench/ledger-maker", swiftSettings: settings),
        .executableTarget(
            name: "tree-meter", dependencies: ["HITLGate", "HITLCore", "HITLLedger", "HITLPlatform"],
            path: "bench/tree-meter", swiftSettings: settings),
        .executableTarget(
            name: "history-meter", dependencies: ["HITLGate", "HITLCore", "HITLLedger", "HITLPlatform"],
            path: "bench/history-meter", swiftSettings: settings),
        .executableTarget(
            name: "append-meter", dependencies: ["HITLGate", "HITLCore", "HITLLedger", "HITLPlatform"],
            path: "bench/append-meter", swiftSettings: settings),
        .executableTarget(
            name: "gate-meter", dependencies: ["HITLGate", "HITLCore", "HITLLedger", "HITLPlatform"],
            path: "bench/gate-meter", swiftSettings: settings),
        .executableTarget(
            name: "policy-meter", dependencies: ["HITLConfiguration", "HITLCore", "HITLPlatform"],
            path: "bench/policy-meter", swiftSettings: settings),
        // Random input; `scripts/torture.sh` builds it so that steps are counted.
        .target(name: "CFuzzSteps", path: "Tests/CFuzzSteps"),
        .executableTarget(
            name: "policy-fuzz", dependencies: ["CFuzzSteps", "HITLConfiguration", "HITLCore"],
            path: "Tests/PolicyFuzz",
            swiftSettings: settings),
        .executableTarget(
            name: "hitl",
            dependencies: [
                "HITLConsole", "HITLServer", "HITLAgents", "HITLTools", "HITLConfiguration", "HITLGate", "HITLLedger",
                "HITLCore", "HITLTerminal", "HITLPlatform",
            ],
            swiftSettings: settings),

        // Tests: one target per module; the support has the cast, the clock and the pseudo-terminal.
        .target(
            name: "HITLTestSupport", dependencies: ["HITLGate", "HITLCore", "HITLLedger", "HITLPlatform"],
            path: "Tests/HITLTestSupport", swiftSettings: settings),
        probe("TerminalProbe", ["HITLTerminal"]),
        probe("LedgerProbe", ["HITLLedger"]),
        probe("PlatformProbe", ["HITLPlatform"]),
        probe("CrashProbe", ["HITLGate", "HITLCore", "HITLLedger", "HITLPlatform"]),
        probe("ServerProbe", ["HITLServer", "HITLCore", "HITLPlatform"]),
        probe("MCPProbe", ["HITLCore"]),
        tests("HITLPlatformTests", ["HITLTestSupport", "CPlatform", "HITLPlatform", "PlatformProbe"]),
        tests("HITLCoreTests", ["HITLCore", "HITLTestSupport", "HITLPlatform"]),
        tests("HITLGateTests", ["HITLGate", "HITLCore", "HITLLedger", "HITLPlatform", "HITLTestSupport"]),
        tests("HITLLedgerTests", ["HITLTestSupport", "HITLLedger", "HITLPlatform", "CSQLite", "LedgerProbe"]),
        tests("HITLConfigurationTests", ["HITLConfiguration", "HITLCore"]),
        tests(
            "HITLToolsTests", ["HITLTestSupport", "HITLTools", "HITLGate", "HITLCore", "HITLLedger", "HITLPlatform"]),
        tests(
            "HITLAgentsTests",
            ["HITLAgents", "HITLTools", "HITLGate", "HITLCore", "HITLLedger", "HITLConfiguration", "HITLPlatform"]),
        tests(
            "HITLServerTests",
            ["HITLTestSupport", "HITLServer", "HITLGate", "HITLCore", "HITLLedger", "HITLPlatform", "ServerProbe"]),
        tests("HITLTerminalTests", ["HITLTerminal", "HITLTestSupport", "HITLPlatform", "TerminalProbe"]),
        tests(
            "HITLConsoleTests",
            [
                "HITLConsole", "HITLCore", "HITLGate", "HITLLedger", "HITLTerminal", "HITLPlatform", "HITLTestSupport",
            ]),
        tests(
            "EndToEndTests",
            ["HITLTestSupport", "HITLCore", "HITLGate", "HITLLedger", "HITLPlatform", "hitl", "MCPProbe"]),
        tests("CrashTests", ["HITLTestSupport", "HITLPlatform", "CrashProbe"]),
        tests(
            "ManualTests",
            [
                "hitl", "HITLManual", "HITLConsole", "HITLTools", "HITLConfiguration", "HITLCore", "HITLTestSupport",
            ]),
        tests("HITLTests", ["HITL", "HITLPlatform", "HITLTestSupport", "refund-desk"]),
    ],
    swiftLanguageModes: [.v6]
)
