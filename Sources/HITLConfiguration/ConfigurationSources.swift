/// Where a configuration may come from. Nothing is looked up but what is named here.
package struct ConfigurationSources: Sendable {
    package var environment: [String: String]
    /// From the password database where the environment is not trusted.
    package var home: String
    /// Effective user id of the operator.
    package var user: UInt32
    /// `--config`.
    package var file: String?
    /// The directory whose `hitl.yaml` may make things stricter.
    package var workspace: String?
    package var options: [ConfigurationOption]
    /// True only for the operator's own loop. Else variables may make things stricter, and neither loosen
    /// nor say where files are: an agent may have set them.
    package var trustEnvironment: Bool

    package init(
        environment: [String: String], home: String, user: UInt32, file: String? = nil, workspace: String? = nil,
        options: [ConfigurationOption] = [], trustEnvironment: Bool
    ) {
        self.environment = environment
        self.home = home
        self.user = user
        self.file = file
        self.workspace = workspace
        self.options = options
        self.trustEnvironment = trustEnvironment
    }
}
