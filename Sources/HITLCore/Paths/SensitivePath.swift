/// What makes a path more than a file among others.
package enum SensitivePath: String, Sendable, CaseIterable {
    /// `hitl`'s own configuration, ledger, keys and socket.
    case gate
    /// What other agents are allowed to do, and which servers they start.
    case agentPermissions
    /// What agents are told at the start of every session.
    case agentInstructions
    case shellStartUp
    case privateKey
    /// Who may log in, and how.
    case login
    /// Keys and tokens of the person.
    case credentialStore
    /// Keys and tokens of a project.
    case projectCredentials
    /// History, mail, browser profiles.
    case personalRecords
    /// Runs whenever git does anything.
    case repositoryHooks
    case repository
    /// What a build server runs.
    case delivery
    /// What ordinary work runs: builds, tests, opening a folder, entering a directory.
    case projectExecution
    case persistence
    case systemAccounts
    case systemSettings
    case systemPrograms
    /// Memory, environment and descriptors of other processes.
    case process
    case kernel
    case device
    /// Where the operator types.
    case terminal
    /// Takes everything and gives nothing of interest.
    case harmlessDevice
}

/// What a call would do with a path.
package enum PathAccess: String, Sendable, CaseIterable {
    case read
    /// Make, change or replace it, or move something there.
    case write
    /// Delete it, or move it away.
    case remove
    /// Delete it with everything beneath it.
    case removeTree
}

extension SensitivePath {
    /// Weight and effect of one access; nil where the class alone is no reason to look up.
    package struct Judgement: Sendable, Equatable {
        package let weight: Int
        package let effect: Effect?
    }

    /// Whether no rule lifts the judgement on changing it: who changes these changes what will be allowed or run.
    package var isFloor: Bool {
        switch self {
        case .gate, .agentPermissions, .shellStartUp, .login, .repositoryHooks, .terminal: true
        default: false
        }
    }

    package func judgement(of access: PathAccess) -> Judgement? {
        let row = judgements
        return switch access {
        case .read: row.read
        case .write: row.write
        case .remove: row.remove
        // One file less in `.git` is an index lock; the whole of it is the history.
        case .removeTree: self == .repository ? Judgement(weight: 60, effect: .deny) : row.remove
        }
    }

    private var judgements: (read: Judgement?, write: Judgement?, remove: Judgement?) {
        func deny(_ weight: Int) -> Judgement { Judgement(weight: weight, effect: .deny) }
        func ask(_ weight: Int) -> Judgement { Judgement(weight: weight, effect: .ask) }
        // swift-format-ignore
        return switch self {
        //                                read      write     remove
        case .gate:               (ask(40),  deny(80), deny(80))
        case .agentPermissions:   (ask(10),  deny(80), deny(60))
        case .agentInstructions:  (nil,      ask(40),  ask(30))
        case .shellStartUp:       (ask(10),  deny(80), deny(50))
        case .privateKey:         (deny(80), deny(80), deny(80))
        case .login:              (ask(20),  deny(80), deny(60))
        case .credentialStore:    (deny(70), deny(70), deny(60))
        case .projectCredentials: (ask(50),  ask(40),  ask(40))
        case .personalRecords:    (ask(50),  ask(40),  deny(60))
        case .repositoryHooks:    (nil,      deny(80), deny(50))
        case .repository:         (nil,      ask(40),  ask(40))
        case .delivery:           (nil,      ask(80),  ask(50))
        case .projectExecution:   (nil,      ask(30),  ask(30))
        case .persistence:        (ask(5),   deny(80), ask(50))
        case .systemAccounts:     (deny(80), deny(80), deny(80))
        case .systemSettings:     (ask(10),  deny(60), deny(70))
        case .systemPrograms:     (ask(5),   deny(70), deny(80))
        case .process:            (deny(70), deny(70), deny(50))
        case .kernel:             (ask(10),  deny(80), deny(80))
        case .device:             (ask(40),  deny(80), deny(80))
        case .terminal:           (ask(30),  deny(80), deny(50))
        case .harmlessDevice:     (nil,      nil,      deny(50))
        }
    }

    /// Which risk factor it counts as.
    package var factor: String {
        switch self {
        case .gate, .agentPermissions, .agentInstructions: "self_modification"
        case .shellStartUp, .persistence, .login: "persistence"
        case .privateKey, .credentialStore, .projectCredentials, .systemAccounts: "credentials"
        case .personalRecords: "personal_data"
        case .repositoryHooks, .repository, .delivery, .projectExecution: "code_execution_later"
        case .systemSettings, .systemPrograms, .kernel: "system_path"
        case .process, .device, .terminal, .harmlessDevice: "device"
        }
    }

    /// What it is, to go after "`path` is".
    package var words: String {
        switch self {
        case .gate: "a file of the gate itself"
        case .agentPermissions: "where an agent's permissions or servers are set"
        case .agentInstructions: "what agents are told in every later session"
        case .shellStartUp: "run whenever a shell starts"
        case .privateKey: "a private key"
        case .login: "what decides who may log in"
        case .credentialStore: "where a person's credentials are kept"
        case .projectCredentials: "where a project's credentials are kept"
        case .personalRecords: "a personal record: history, mail or a browser's profile"
        case .repositoryHooks: "what git itself runs or obeys"
        case .repository: "inside the repository's own data"
        case .delivery: "what a build server runs"
        case .projectExecution: "run by ordinary work: a build, a test, opening the folder"
        case .persistence: "run again later without being asked"
        case .systemAccounts: "where the system keeps accounts and rights"
        case .systemSettings: "a setting of the system"
        case .systemPrograms: "a part of the installed system"
        case .process: "the inside of a running process"
        case .kernel: "a switch of the kernel"
        case .device: "a device"
        case .terminal: "a terminal, where a person types"
        case .harmlessDevice: "a device without content"
        }
    }
}
