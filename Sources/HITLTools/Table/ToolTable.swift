import HITLCore

/// Every tool: its name, kind, arguments and results. Help, schemas and the check of arguments all come from here.
package enum ToolTable {
    package static let all: [ToolDefinition] = files + commands + outside

    package static func definition(of name: String) -> ToolDefinition? {
        all.first { $0.name.utf8.elementsEqual(name.utf8) }
    }

    private static let files = [
        ToolDefinition(
            name: "readFile", kind: .read, summary: "Reads a file of the workspace, or a part of it.",
            parameters: [
                .required("path", .text, "The file, relative to the workspace."),
                .optional("offset", .integer, "The byte to begin at; 0 where left out."),
                .optional("limit", .integer, "How many bytes to read at most."),
            ],
            results: [
                .init(name: "text", summary: "The content, where it is UTF-8."),
                .init(name: "base64", summary: "The content, where it is not."),
                .init(name: "offset", summary: "The byte that it begins at."),
                .init(name: "bytes", summary: "How many bytes it is."),
                .init(name: "size", summary: "How many bytes the file has."),
                .init(name: "nextOffset", summary: "Where to go on; absent at the end of the file."),
            ], ReadFile.init),
        ToolDefinition(
            name: "listFiles", kind: .read, summary: "Lists a directory of the workspace.",
            parameters: [
                .optional("path", .text, "The directory; the workspace where left out."),
                .optional("recursive", .truth, "Whether to list everything below too."),
            ],
            results: [
                .init(
                    name: "entries",
                    summary: "Objects with `path` (or `pathBase64`), `kind`, `bytes` of files and `target` of links."),
                .init(name: "isWhole", summary: "False where there are more entries than were listed."),
                .init(name: "unreadDirectories", summary: "How many directories could not be read."),
            ], ListFiles.init),
        ToolDefinition(
            name: "searchFiles", kind: .search,
            summary: "Finds the lines that hold a text, in all files of the workspace or below a path.",
            parameters: [
                .required("pattern", .text, "The text to find; every character stands for itself."),
                .optional("path", .text, "A file or directory; the workspace where left out."),
                .optional(
                    "glob", .text,
                    "Only files whose name (or path, with a slash in it) matches: `*.swift`, `src/**/*.c`."),
                .optional("ignoreCase", .truth, "Whether capitals of ASCII match small letters."),
            ],
            results: [
                .init(
                    name: "matches",
                    summary: "Objects with `path`, `line` from 1, `text`, and `cutBytes` of long lines."),
                .init(name: "isWhole", summary: "False where not everything was searched."),
                .init(name: "skippedFiles", summary: "How many files were binary, very large or not readable."),
            ], SearchFiles.init),
        ToolDefinition(
            name: "writeFile", kind: .edit, summary: "Makes a file of the workspace hold this content and no other.",
            parameters: [
                .required("path", .text, "The file; missing directories are made."),
                .optional("content", .text, "The content as text."),
                .optional("contentBase64", .base64, "The content as bytes, instead of `content`."),
                .optional(
                    "mode", .permissions,
                    "Its permissions from then on; where left out an existing file keeps its own."),
            ],
            results: [
                .init(name: "created", summary: "Whether there was no such file before."),
                .init(name: "bytes", summary: "How many bytes it has now."),
                .init(name: "sha256", summary: "SHA-256 of its content."),
            ], WriteFile.init),
        ToolDefinition(
            name: "editFile", kind: .edit, summary: "Replaces a text in a file of the workspace.",
            parameters: [
                .required("path", .text, "The file."),
                .required("oldText", .text, "What to replace; it must occur exactly once."),
                .required("newText", .text, "What to put in its place."),
                .optional("replaceAll", .truth, "Whether every occurrence is replaced, however many there are."),
            ],
            results: [
                .init(name: "replacements", summary: "How many places were replaced."),
                .init(name: "bytes", summary: "How many bytes the file has now."),
                .init(name: "sha256", summary: "SHA-256 of its content."),
            ], EditFile.init),
        ToolDefinition(
            name: "deleteFile", kind: .delete, summary: "Deletes a file or a directory of the workspace.",
            parameters: [
                .required("path", .text, "What to delete; of a symbolic link the link itself."),
                .optional("recursive", .truth, "Whether a directory goes with everything in it."),
            ],
            results: [
                .init(name: "deleted", summary: "True."),
                .init(name: "entries", summary: "How many files, directories and links went."),
            ], DeleteFile.init),
        ToolDefinition(
            name: "moveFile", kind: .move, summary: "Gives a file or a directory of the workspace another name.",
            parameters: [
                .required("from", .text, "What to move."),
                .required("to", .text, "Its new name, which nothing has yet; missing directories are made."),
            ],
            results: [
                .init(name: "moved", summary: "True."),
                .init(name: "from", summary: "The old name beneath the workspace."),
                .init(name: "to", summary: "The new one."),
            ], MoveFile.init),
    ]

    private static let commands = [
        ToolDefinition(
            name: "executeCommand", kind: .execute,
            summary: "Runs a program, or one line of shell, with a clean environment and without a terminal.",
            parameters: [
                .optional("argv", .texts, "The program and its arguments, word by word."),
                .optional("command", .text, "One line for /bin/sh, instead of `argv`."),
                .optional("directory", .text, "Where it runs; the workspace where left out."),
                .optional("timeout", .duration, "After which everything of it is ended."),
                .optional("stdin", .text, "What it reads from standard input; nothing where left out."),
            ],
            results: commandResults, ExecuteCommand.init),
        ToolDefinition(
            name: "executeCode", kind: .execute, summary: "Runs a program text with the interpreter of its language.",
            parameters: [
                .required("language", .text, "bash, sh, python, node, ruby or perl."),
                .required("code", .text, "The program, which the interpreter reads from standard input."),
                .optional("timeout", .duration, "After which everything of it is ended."),
            ],
            results: commandResults, ExecuteCode.init),
    ]

    private static let commandResults: [ToolDefinition.ResultMember] = [
        .init(name: "exitCode", summary: "How it ended by itself."),
        .init(name: "signal", summary: "The number of the signal that ended it."),
        .init(name: "timedOut", summary: "True where its time limit was over."),
        .init(name: "stopped", summary: "True where somebody stopped it."),
        .init(name: "stdout", summary: "Standard output, where it is UTF-8; `stdoutBase64` where it is not."),
        .init(name: "stdoutCutBytes", summary: "How many bytes were cut out of its middle."),
        .init(name: "stdoutCutAt", summary: "After how many bytes of `stdoutBase64`."),
        .init(name: "stderr", summary: "Standard error, with the same members."),
        .init(name: "survivors", summary: "How many of its processes could not be ended."),
    ]

    private static let outside = [
        ToolDefinition(
            name: "httpRequest", kind: .fetch, summary: "Sends one request over HTTP; redirects are not followed.",
            parameters: [
                .required("url", .text, "http:// or https://, percent-encoded, without a user."),
                .optional("method", .text, "GET where left out; HEAD, POST, PUT, PATCH, DELETE, OPTIONS."),
                .optional("headers", .textMembers, "Headers by name."),
                .optional("body", .text, "The body."),
            ],
            results: [
                .init(name: "status", summary: "The status code."),
                .init(name: "headers", summary: "Pairs of name and value, in their order."),
                .init(name: "body", summary: "The body, where it is UTF-8; `bodyBase64` where it is not."),
                .init(name: "bodyCut", summary: "True where the body was longer than is kept."),
                .init(name: "remoteAddress", summary: "The address that answered."),
                .init(name: "curlExitCode", summary: "Where there was no answer: curl's exit code."),
                .init(name: "error", summary: "Where there was no answer: curl's words."),
            ], HTTPRequest.init),
        ToolDefinition(
            // Of no other kind than `other`: a rule that allows fetching must not allow sending.
            name: "sendEmail", kind: .other, summary: "Writes a message into the outbox.",
            parameters: [
                .required("to", .textOrTexts, "Addresses, as `ada@example.com` or `Ada Lovelace <ada@example.com>`."),
                .required("subject", .text, "One line."),
                .optional("body", .text, "Plain text; empty where left out."),
                .optional("cc", .textOrTexts, "Further addresses."),
                .optional("bcc", .textOrTexts, "Addresses that the others are not told of."),
                .optional("from", .text, "One address; the configured sender where left out."),
            ],
            results: [
                .init(name: "file", summary: "Its name in the outbox."),
                .init(name: "bytes", summary: "How long the message is."),
                .init(name: "messageId", summary: "The left side of its Message-ID."),
            ], SendEmail.init),
    ]
}

extension ToolDefinition {
    fileprivate init(
        name: String, kind: ToolKind, summary: String, parameters: [Parameter], results: [ResultMember],
        _ make: @escaping @Sendable (Arguments) throws(Obstacle) -> some Tool
    ) {
        self.init(name: name, kind: kind, summary: summary, parameters: parameters, results: results) {
            arguments throws(Obstacle) -> any Tool in try make(arguments)
        }
    }
}

extension ToolDefinition.Parameter {
    fileprivate static func required(_ name: String, _ form: ToolDefinition.Form, _ summary: String) -> Self {
        Self(name: name, form: form, isRequired: true, summary: summary)
    }

    fileprivate static func optional(_ name: String, _ form: ToolDefinition.Form, _ summary: String) -> Self {
        Self(name: name, form: form, isRequired: false, summary: summary)
    }
}
