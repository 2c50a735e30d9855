import HITLCore
package import HITLTerminal

/// Help, from the definitions alone.
package enum HelpView {
    package static var overview: StyledText {
        var text = StyledText("A line that does not begin with / goes to the agent. Commands:")
        append(CommandTable.desk.map { $0.definition }, to: &text)
        append(CommandTable.loop.map { $0.definition }, to: &text)
        text.line("/help COMMAND explains one. TAB completes, Ctrl-R searches, Ctrl-C clears the line, Ctrl-D quits.")
        return text
    }

    private static func append(_ definitions: [CommandDefinition], to text: inout StyledText) {
        let width = definitions.map { shown($0.typed).columns }.max() ?? 0
        for definition in definitions {
            text.line(shown(definition.typed).padded(to: width + 2), .strong, indent: 2, hangingIndent: width + 4)
            text.append(shown(definition.summary))
        }
    }

    /// One command: how it is typed, what it does, its arguments and options, examples.
    package static func page(_ definition: CommandDefinition, in place: CommandPlace = .loop) -> StyledText {
        var text = StyledText(shown(place.typed(definition.typed)), .strong)
        text.append(definition: " " + definition.synopsis)
        text.line(shown(definition.summary), indent: 2)
        for paragraph in definition.discussion.parts(between: "\n\n") where !paragraph.isEmpty {
            text.newLine()
            text.line(shown(paragraph.split(separator: "\n").joined(separator: " ")), indent: 2, hangingIndent: 2)
        }
        var rows = definition.positionals.map { ($0.name, $0.doc) }
        rows += definition.options.map { option in
            (option.value.map { "--\(option.name) \($0)" } ?? "--\(option.name)", option.doc)
        }
        if let rest = definition.rest { rows.append(("-- \(rest.name) …", rest.doc)) }
        if !rows.isEmpty { text.newLine() }
        let width = rows.map { shown($0.0).columns }.max() ?? 0
        for (name, doc) in rows {
            text.newLine(indent: 2, hangingIndent: width + 4)
            text.append(definition: name, .accent)
            text.append(DisplayText.empty.padded(to: width + 2 - shown(name).columns))
            text.append(shown(doc))
        }
        if !definition.examples.isEmpty { text.newLine() }
        for example in definition.examples {
            text.line(shown(place.typed(example.line)), .strong, indent: 2)
            text.append("   " + shown(example.meaning), .dim)
        }
        return text
    }

    private static func shown(_ text: String) -> DisplayText { DisplayText(untrusted: text) }
}
