import HITLCore
import Testing

@Suite struct `A tool that an agent names` {
    @Test(arguments: [
        ("PowerShell", ToolKind.execute), ("Monitor", .execute), ("write_stdin", .execute), ("shell_command", .execute),
        ("run_in_terminal", .execute), ("NotebookRead", .read), ("view_image", .read), ("BashOutput", .read),
        ("file_search", .search), ("LSP", .search), ("save_memory", .edit), ("str_replace_editor", .edit),
        ("write", .edit), ("Delete", .delete), ("WebSearch", .fetch), ("google_web_search", .fetch),
        ("web_search", .fetch), ("webfetch", .fetch), ("TodoWrite", .think), ("update_plan", .think),
    ]) func `is of the kind that it is known for`(_ tool: String, _ kind: ToolKind) {
        #expect(ToolCatalog.kind(of: tool) == kind)
    }

    /// What starts other agents, asks people, loads tools or has a server do something is in no class of ours.
    @Test(arguments: [
        "Agent", "Task", "Skill", "AskUserQuestion", "ToolSearch", "CronCreate", "EnterWorktree", "ExitPlanMode",
        "SendMessage", "RemoteTrigger", "ListMcpResourcesTool", "ReadMcpResourceTool", "spawn_agent", "Workflow",
        "mcp__files__read", "bash ", "BASH", "b\u{430}sh", "Powershell", "",
    ]) func `is of no kind where nobody knows it by exactly this name`(_ tool: String) {
        #expect(ToolCatalog.kind(of: tool) == .other)
    }
}
