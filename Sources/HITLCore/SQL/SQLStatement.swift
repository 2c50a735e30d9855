/// One statement, by what it would do.
package struct SQLStatement: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case empty
        case read
        /// A read that holds rows against others.
        case lockingRead
        case insert, update, delete, merge
        case create, alter, drop, truncate
        case privilege
        /// A procedure, or statements made at run time.
        case procedure
        /// Between tables and files or programs of the server.
        case transfer
        case attach
        case maintenance
        case transaction
        case setting
        case server
        case unknown
    }

    package let kind: Kind
    package let findings: [Finding]

    package var isHarmless: Bool { findings.allSatisfy { $0.effect == nil } }

    package var reversibility: Reversibility {
        switch kind {
        case .empty, .read, .lockingRead, .transaction: isHarmless ? .readOnly : .irreversible
        case .create, .insert, .setting, .attach: .compensable
        case .maintenance: .reversible
        case .update, .delete, .merge, .alter, .drop, .truncate, .privilege, .procedure, .transfer, .server, .unknown:
            .irreversible
        }
    }
}
