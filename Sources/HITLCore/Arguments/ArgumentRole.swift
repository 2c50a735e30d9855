/// What an argument is for, by its name. A name is a hint about what the tool does with the value and never a proof,
/// so that a role adds findings and takes none away.
enum ArgumentRole: CaseIterable {
    case path, source, destination, url, sql, command, recipient, hiddenRecipient, amount, currency, place, rights,
        method, patch, pattern
    case narration, demand, background, timeout, breadth

    /// - Parameter name: of the member, whose words are looked at: `filePath`, `file_path` and `FILE-PATH` are one.
    static func of(_ name: String, tool: ToolNature) -> ArgumentRole? {
        let joined = ToolName.joined(name)
        guard let role = byName[joined] else {
            return joined.utf8.starts(with: "dangerously".utf8) || joined.utf8.starts(with: "bypass".utf8)
                || joined.utf8.starts(with: "autoapprove".utf8) || joined.utf8.starts(with: "skip".utf8) ? .demand : nil
        }
        // These names mean other things to other tools.
        switch joined {
        case "query", "statement", "q": return tool.takesSQL ? .sql : nil
        case "to", "from", "target", "source", "destination":
            if tool.acts.contains(.move) { return joined == "from" || joined == "source" ? .source : .destination }
            if joined == "to" { return .recipient }
            if joined == "target" { return tool.acts.contains(.remove) ? .path : .place }
            return joined == "from" ? nil : role
        case "code", "script", "args": return tool.runsCommands ? role : nil
        case "input": return tool.runsCommands ? role : tool.kind == .edit ? .patch : nil
        case "content" where !tool.words.contains(where: ["patch", "diff"].contains): return nil
        // A pattern of text, but for those who look for files.
        case "pattern" where !tool.words.contains(where: ["glob", "file", "files"].contains): return nil
        // `str_replace_editor` is told here what to do, and not what to run.
        case "command" where tool.kind == .edit: return nil
        default: return role
        }
    }

    private static let byName: [String: ArgumentRole] = {
        let table: [(ArgumentRole, String)] = [
            (
                .path,
                "path paths file files filename filenames filepath filepaths fullpath absolutepath relativepath dir directory "
                    + "folder root rootdir basedir notebookpath target targetfile outputfile outputpath inputfile inputpath "
                    + "oldpath uripath cwd workdir workingdirectory dirpath"
            ),
            (.source, "source src sourcepath from oldname oldpath"),
            (.destination, "destination dest dst to newpath newname destinationpath targetpath"),
            (.url, "url urls uri href link endpoint webhook webhookurl callbackurl targeturl baseurl address site"),
            (.sql, "sql query statement statements sqlquery querystring q"),
            (.command, "command cmd commands argv shellcommand commandline code script args input"),
            (.recipient, "to cc recipient recipients emails toaddress toaddresses replyto channel phone phonenumber"),
            (.hiddenRecipient, "bcc blindcopy blindcarboncopy forwardto"),
            (
                .amount,
                "amount total price sum value cost budget payment amountusd amountcents cents balance limit refundamount"
            ),
            (.currency, "currency asset token coin"),
            (
                .place,
                "environment env stage cluster database db namespace project branch target region host server datasource "
                    + "context profile tenant account"
            ),
            (
                .rights,
                "role roles permission permissions scope scopes group groups policy acl privilege privileges access"
            ),
            (.method, "method verb httpmethod"),
            (.patch, "patch diff patchtext patchcontent unifieddiff difftext changes content"),
            (
                .pattern,
                "glob globs globpattern globpatterns include includes includepattern filepattern fileglob pattern"
            ),
            (
                .narration,
                "description justification reason explanation note notes comment comments thought thoughts rationale "
                    + "summary purpose intent sidenote context1 disclaimer"
            ),
            (
                .demand,
                "approved approvedby approval requiresapproval requireapproval needsapproval preapproved autoapprove autoapproved "
                    + "confirmed confirm skipconfirmation skipapproval noconfirm risk risklevel safe issafe readonly readonlyhint "
                    + "destructivehint idempotenthint openworldhint trusted verified authorized authorised confidence bypass "
                    + "bypasspermissions disablesandbox sandbox nosandbox unsafe yolo override elevated sudo asroot privileged "
                    + "permissionmode noverify allow allowed decision decidedby"
            ),
            (.background, "background runinbackground detach detached async daemon nohup"),
            (.timeout, "timeout timeoutms timeoutmilliseconds timeoutseconds timeoutsec maxtime"),
            (.breadth, "recursive recurse force all everything cascade purge permanent permanently hard wipe"),
        ]
        var names: [String: ArgumentRole] = [:]
        for (role, words) in table {
            for word in words.utf8.split(separator: 0x20) where names[String(decoding: word, as: UTF8.self)] == nil {
                names[String(decoding: word, as: UTF8.self)] = role
            }
        }
        return names
    }()
}
