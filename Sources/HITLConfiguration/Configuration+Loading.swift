extension Configuration {
    /// The configuration in force: command line over environment over the workspace's file where it is trusted over the
    /// operator's file over defaults, then what a workspace's file that is not trusted makes stricter.
    ///
    /// - Throws: everything that is wrong in all of them.
    package static func load(_ sources: ConfigurationSources) throws(Diagnostics) -> Configuration {
        let trusted = sources.trustEnvironment
        let paths = Paths(environment: trusted ? sources.environment : [:], home: sources.home)
        var loading = Loading(configuration: Configuration(paths: paths), sources: sources)

        let file = loading.operatorFile()
        let workspace = loading.workspaceFile(other: file)
        loading.readPresets([file, workspace.flatMap { $0.isTrusted ? $0.file : nil }].compactMap { $0 })
        if let file { loading.read(file, trusted: true) }
        if let workspace, workspace.isTrusted { loading.read(workspace.file, trusted: true) }
        if trusted { loading.readVariables(trusted: true) }
        loading.readOptions()
        if !trusted { loading.readVariables(trusted: false) }
        if let workspace, !workspace.isTrusted { loading.read(workspace.file, trusted: false) }

        loading.checkPresets()
        guard loading.faults.isEmpty else { throw Diagnostics(loading.faults) }
        loading.configuration.nameLedger()
        return loading.configuration
    }
}

/// The steps of `Configuration.load`, and what they found wrong.
private struct Loading {
    var configuration: Configuration
    let sources: ConfigurationSources
    var faults: [Diagnostic] = []
    /// By file, to quote the line that contradicts a preset.
    private var readings: [String: Reading] = [:]
    /// Taken apart once, though looked at twice.
    private var documents: [String: YAMLDocument] = [:]

    init(configuration: Configuration, sources: ConfigurationSources) {
        self.configuration = configuration
        self.sources = sources
        variables = Variables(sources.environment)
    }

    private var paths: Paths { configuration.paths }
    private let variables: Variables

    // MARK: Files

    /// `--config`, else `HITL_CONFIG`, else the usual place. A file that was named must be there.
    mutating func operatorFile() -> ConfigurationFile? {
        if let path = sources.file { return file(at: path, name: path, source: .option(sources.fileOption)) }
        if let (variable, path) = variables.value(["HITL_CONFIG"]) {
            let source = Source.variable(variable)
            if sources.trustEnvironment { return file(at: paths.expanded(path), name: path, source: source) }
            configuration.notices.append(Diagnostic(source, .notForUntrusted(key: variable)))
        }
        return file(at: paths.configurationFile, name: paths.shown(paths.configurationFile), source: nil)
    }

    /// - Parameter source: who named the file, nil where nobody did.
    private mutating func file(at path: String, name: String, source: Source?) -> ConfigurationFile? {
        do throws(Diagnostics) {
            let limit = YAMLDocument.Limits.usual.bytes
            let author = ConfigurationFile.Author.theOperator(user: sources.user)
            let file = try ConfigurationFile(at: path, name: name, author: author, limit: limit)
            if file == nil, let source { faults.append(Diagnostic(source, .noSuchFile(path: name))) }
            return file
        } catch {
            faults += error.all
            return nil
        }
    }

    /// The workspace's file, unless the operator named the same one.
    mutating func workspaceFile(other: ConfigurationFile?) -> (file: ConfigurationFile, isTrusted: Bool)? {
        guard let workspace = sources.workspace else { return nil }
        let path = joined(workspace, "hitl.yaml")
        do throws(Diagnostics) {
            let limit = YAMLDocument.Limits.usual.bytes
            let file = try ConfigurationFile(at: path, name: paths.shown(path), author: .workspace, limit: limit)
            guard let file, file.identity != other?.identity else { return nil }
            return (file, sources.isTrusted(path, file.bytes))
        } catch {
            faults += error.all
            return nil
        }
    }

    mutating func read(_ file: ConfigurationFile, trusted: Bool) {
        let document: YAMLDocument
        do throws(Diagnostics) {
            if let read = documents[file.name] {
                document = read
            } else {
                document = try YAMLDocument(file.bytes, file: file.name)
            }
        } catch {
            faults += error.all
            return
        }
        let reading = Reading(document)
        readings[file.name] = reading
        read(reading.root, trusted: trusted)
        collect(reading)
    }

    private mutating func read(_ root: Field, trusted: Bool) {
        // A file, or a section, in which everything is a comment.
        guard !root.isNull else { return }
        let everywhere = ConfigurationKey.all.map { (key: $0.key, name: $0.name) }
        guard let sections = root.map(ConfigurationKey.sections, elsewhere: everywhere) else { return }
        for section in ConfigurationKey.sections {
            guard let field = sections[section], !field.isNull else { continue }
            let keys = ConfigurationKey.all.filter { $0.section == section }
            guard let map = field.map(keys.map(\.key), elsewhere: everywhere) else { continue }
            for key in keys {
                if let value = map[key.key] { apply(key, value, trusted: trusted) }
            }
        }
    }

    // MARK: Presets

    /// Looks for `policy.compliance` first, because a preset's values stand below those of any file. What is wrong
    /// with it is said when the file is read.
    mutating func readPresets(_ files: [ConfigurationFile]) {
        var presets: [CompliancePreset] = []
        for file in files {
            let document: YAMLDocument
            do throws(Diagnostics) { document = try YAMLDocument(file.bytes, file: file.name) } catch { continue }
            documents[file.name] = document
            guard let policy = Reading(document).root.anyMap()?["policy"],
                let field = policy.anyMap()?["compliance"],
                let chosen = Form<[CompliancePreset]>.presets.read(field, paths)
            else { continue }
            presets = chosen
        }
        configuration.begin(with: presets)
    }

    mutating func checkPresets() {
        for (source, fault) in configuration.contradictions {
            if case .file(let place) = source, let reading = readings[place.file] {
                faults.append(reading.diagnostic(fault, at: source))
            } else {
                faults.append(Diagnostic(source, fault))
            }
        }
        configuration.notices += configuration.unmetDemands + configuration.unsealedSinks
    }

    // MARK: Variables and options

    mutating func readVariables(trusted: Bool) {
        guard !variables.areNone else { return }
        for key in ConfigurationKey.all {
            guard let (name, value) = variables.value(key.variables) else { continue }
            let reading = Reading(Node(.scalar(value, .words)), from: .variable(name))
            apply(key, reading.root, trusted: trusted)
            collect(reading)
        }
        for (name, nearest) in variables.unknown {
            configuration.notices.append(Diagnostic(.variable(name), .unknownVariable(nearest: nearest)))
        }
    }

    mutating func readOptions() {
        for option in sources.options {
            let reading = Reading(option.node, from: .option(option.option))
            if let key = ConfigurationKey.named(option.key) {
                apply(key, reading.root, trusted: true)
            } else {
                reading.root.report(.unknownKey(option.key, nearest: nil))
            }
            collect(reading)
        }
    }

    private mutating func apply(_ key: ConfigurationKey, _ field: Field, trusted: Bool) {
        if trusted {
            key.assign(field, &configuration)
        } else {
            key.tighten(field, &configuration)
        }
    }

    private mutating func collect(_ reading: Reading) { faults += reading.diagnostics }
}
