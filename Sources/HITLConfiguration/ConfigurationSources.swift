/// Where a configuration may come from. Nothing is looked up but what is named here.
package struct ConfigurationSources: Sendable {
    package var environment: [String: String]
    /// From the password database where the environment is not trusted.
    package var home: String
    /// Effective user id of the operator.
    package var user: UInt32
    /// Named by `fileOption`.
    package var file: String?
    /// Who names the file where it cannot be read: `--config`.
    package var fileOption: String
    /// The directory whose `hitl.yaml` may make things stricter, or is trusted.
    package var workspace: String?
    package var options: [ConfigurationOption]
    /// True only for the operator's own loop. Else variables may make things stricter, and neither loosen
    /// nor say where files are: an agent may have set them.
    package var trustEnvironment: Bool
    /// Whether the operator trusts a workspace's file, by its absolute path and exactly these bytes. It then counts
    /// as the operator's own, after the other one.
    package var isTrusted: @Sendable (_ path: String, _ bytes: [UInt8]) -> Bool

    package init(
        environment: [String: String], home: String, user: UInt32, file: String? = nil, fileOption: String = "--config",
        workspace: String? = nil,
        options: [ConfigurationOption] = [], trustEnvironment: Bool,
        isTrusted: @escaping @Sendable (_ path: String, _ bytes: [UInt8]) -> Bool = { _, _ in false }
    ) {
        self.environment = environment
        self.home = home
        self.user = user
        self.file = file
        self.fileOption = fileOption
        self.workspace = workspace
        self.options = options
        self.trustEnvironment = trustEnvironment
        self.isTrusted = isTrusted
    }
}
