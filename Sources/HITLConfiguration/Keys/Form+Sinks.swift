import HITLCore

extension Form where Value == [Configuration.Sink] {
    /// Each a path, or a program with its arguments as a list: no shell takes a line apart.
    static let sinks = Form(
        "a list of paths and commands",
        read: { field, paths in
            field.list(of: "paths and commands") { element in
                guard case .list = element.node.content else {
                    return Form<[String]>.absolute(element, paths).map(Configuration.Sink.path)
                }
                guard let words = element.list(of: "words", { $0.string() }), let program = words.first else {
                    element.report(expected: "a program and its arguments")
                    return nil
                }
                guard program.utf8.first == UInt8(ascii: "/"), words.allSatisfy({ !$0.utf8.contains(0) }) else {
                    element.report(expected: "a program by its absolute path, and its arguments")
                    return nil
                }
                return .command(words)
            }
        },
        json: { sinks in
            .array(
                sinks.map { sink in
                    switch sink {
                    case .path(let path): .string(path)
                    case .command(let words): .array(words.map(JSONValue.string))
                    }
                })
        })
}

extension Configuration {
    /// Sealing is of what the ledger keeps; who reads on a sink has the records as they are.
    var unsealedSinks: [Diagnostic] {
        guard encryptAuditLogs.value, !auditSinks.value.isEmpty else { return [] }
        return [
            Diagnostic(
                auditSinks.source,
                .refused(
                    "`audit.sinks` are given every record unencrypted, though `security.encryptAuditLogs` encrypts the ledger"
                ))
        ]
    }
}
