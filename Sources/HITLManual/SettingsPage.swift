import HITLConfiguration

extension Manual {
    /// `hitl.yaml(5)`.
    var settingsPage: String {
        var page = Roff(
            "HITL.YAML", section: 5, date: Self.date, source: "hitl \(version)", manual: "File Formats",
            origin: Self.origin)
        page.section("NAME")
        page.name("hitl.yaml", "the configuration of hitl")
        page.section("DESCRIPTION")
        page.paragraphs(Self.about)
        for section in ConfigurationKey.sections
        where settings.contains(where: { $0.section == section && $0.isAvailable }) {
            page.section("SECTION " + section.uppercased())
            for key in settings where key.section == section && key.isAvailable {
                page.item("\(Roff.typed(key.key)): \(Roff.literal(key.type))", Self.words(of: key))
            }
        }
        page.section("RULES BY EXAMPLE")
        page.paragraphs(Self.aboutRules)
        for example in RuleExample.all {
            page.subsection(example.title)
            page.paragraphs(example.words)
            page.example(example.yaml)
        }
        page.section("NOT AVAILABLE IN THIS VERSION")
        page.paragraphs(
            """
            These keys are known, so that none is taken for a slip or passed over in silence. A file that gives one of \
            them another value than the one that holds anyway is refused.
            """)
        for key in settings where !key.isAvailable {
            page.item("\(Roff.typed(key.name)): \(Roff.literal(key.type))", key.summary)
        }
        page.section("EXAMPLE")
        page.paragraphs("Every key that this version has:")
        page.example(settingsExample)
        page.section("SEE ALSO")
        page.paragraphs("`hitl`(1)")
        return page.text
    }

    /// A file with every key that is available.
    package var settingsExample: String {
        ConfigurationKey.sections.compactMap { section in
            let keys = settings.filter { $0.section == section && $0.isAvailable }
            return keys.isEmpty ? nil : "\(section):\n" + keys.map { "  \($0.example)" }.joined(separator: "\n")
        }.joined(separator: "\n")
    }

    private static let about = """
        The file is looked for in this order: what --config names, what `HITL_CONFIG` names, \
        `$XDG_CONFIG_HOME/hitl/hitl.yaml` (`~/.config/hitl/hitl.yaml`). It must belong to you or to root, and nobody \
        else may be able to write it. An unknown key, a wrong type and an impossible value are errors with file, line, \
        column and the nearest key; nothing starts with a file that has one.

        A value on the command line stands over one in the environment, that over the file, that over the default. \
        `hitl config` shows each value with where it comes from. Each variable is read with `NEUROLINK_` before its \
        name too; the shorter name wins.

        A `hitl.yaml` in the workspace can only make things stricter: an agent that can write files must not be able \
        to widen its own rights. What in it would loosen, or says where things are, is named at the start and not used.

        The language is YAML 1.2 with its core schema: `no` is a text. Keys that stand twice, anchors, aliases, tags \
        and further documents are refused.

        Durations are written `250ms`, `30s`, `5m`, `2h` or `7d`; here and in the environment a bare integer is \
        milliseconds.
        """

    private static let aboutRules = """
        Every rule that is enabled is evaluated, and the strictest action of those that match holds: block over \
        require_approval over allow. A rule that cannot be decided asks, and so does a call that no rule covers. The \
        examples of a rule are tried when the file is read. `hitl policy explain` says what every rule makes of a call.
        """

    private static func words(of key: ConfigurationKey) -> String {
        var words = key.summary + " Default: `\(key.fallback)`."
        if !key.variables.isEmpty {
            words += " Environment: " + key.variables.map { "`\($0)`" }.joined(separator: ", ") + "."
        }
        if key.isSettable { words += " `/hitl config` can change it while the loop runs." }
        return words
    }
}
