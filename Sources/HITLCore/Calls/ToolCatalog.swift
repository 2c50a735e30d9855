/// What the tools of agents do, by the names that those agents give them.
///
/// For adapters, which know whose tools they see. A name that anybody could have chosen, as in `hitl ask`, proves
/// nothing. Names are compared byte by byte: `Bash ` and `bаsh` with a Cyrillic letter are other tools.
public enum ToolCatalog {
    /// *Other* for a tool that is not listed.
    public static func kind(of tool: String) -> ToolKind {
        kinds.first { entry in entry.tools.contains { $0.utf8.elementsEqual(tool.utf8) } }?.kind ?? .other
    }

    private static let kinds: [(kind: ToolKind, tools: [String])] = [
        (
            .execute,
            [
                "bash", "Bash", "shell", "local_shell", "run_shell_command", "run_terminal_cmd", "execute_command",
                "executeCommand", "exec_command", "run_command", "terminal", "executeCode",
            ]
        ),
        (
            .read,
            [
                "read_file", "readFile", "Read", "read_many_files", "view", "list_dir", "list_directory", "listFiles",
                "LS", "list_files", "listDirectory",
            ]
        ),
        (
            .search,
            ["searchFiles", "search_files", "grep_search", "grep", "Grep", "Glob", "glob", "search_file_content"]
        ),
        (
            .edit,
            [
                "write_file", "writeFile", "Write", "edit_file", "editFile", "Edit", "MultiEdit", "NotebookEdit",
                "apply_patch", "replace", "search_replace", "create_file", "fs/write_text_file",
            ]
        ),
        (.delete, ["delete_file", "deleteFile"]),
        (.move, ["move_file", "moveFile", "rename_file"]),
        (.fetch, ["http_request", "httpRequest", "fetch", "web_fetch", "WebFetch"]),
    ]
}
