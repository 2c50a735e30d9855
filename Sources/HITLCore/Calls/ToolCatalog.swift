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
                "executeCommand", "exec_command", "run_command", "terminal", "executeCode", "Shell", "shell_command",
                "execute_bash", "executeBash", "git_bash", "experimental_bash", "run_in_terminal", "runInTerminal",
                "PowerShell", "powershell", "REPL", "js_repl", "run_typescript",
                // They watch or feed a command that goes on: what is typed into a shell is a command.
                "Monitor", "write_stdin", "write_bash", "write_powershell",
            ]
        ),
        (
            .read,
            [
                "read_file", "readFile", "Read", "read_many_files", "view", "list_dir", "list_directory", "listFiles",
                "LS", "list_files", "listDirectory", "read", "ReadFile", "ReadMediaFile", "fs_read",
                "fs/read_text_file", "read_text_file", "view_file", "open_file", "NotebookRead", "view_image",
                "BashOutput", "TaskOutput", "read_bash",
                "read_powershell",
            ]
        ),
        (
            .search,
            [
                "searchFiles", "search_files", "grep_search", "grep", "Grep", "Glob", "glob", "search_file_content",
                "grep_files", "file_search", "glob_file_search", "codebase_search", "LSP", "lsp",
            ]
        ),
        (
            .edit,
            [
                "write_file", "writeFile", "Write", "edit_file", "editFile", "Edit", "MultiEdit", "NotebookEdit",
                "apply_patch", "replace", "search_replace", "create_file", "fs/write_text_file", "write", "edit",
                "multiedit", "multi_edit", "patch", "ApplyPatch", "WriteFile", "StrReplace", "StrReplaceFile",
                "str_replace", "str_replace_editor", "str_replace_based_edit_tool", "insert_edit_into_file",
                "replace_string_in_file", "write_to_file", "replace_in_file", "apply_diff", "insert_content",
                "edit_notebook", "EditNotebook", "edit_notebook_file", "notebook_edit", "fs_write",
                // Into a file that every later session reads.
                "save_memory",
            ]
        ),
        (.delete, ["delete_file", "deleteFile", "Delete", "delete"]),
        (.move, ["move_file", "moveFile", "rename_file"]),
        // A search in the web sends its words away, as a request does.
        (
            .fetch,
            [
                "http_request", "httpRequest", "fetch", "web_fetch", "WebFetch", "webfetch", "FetchURL",
                "read_url_content", "WebSearch", "google_web_search", "web_search", "websearch", "SearchWeb",
                "search_web", "codesearch",
            ]
        ),
        // Lists that an agent keeps for itself.
        (
            .think,
            [
                "TodoWrite", "TodoRead", "todowrite", "todoread", "write_todos", "update_plan", "todo", "think",
                "Think", "TaskCreate", "TaskGet", "TaskList", "TaskUpdate",
            ]
        ),
    ]
}
