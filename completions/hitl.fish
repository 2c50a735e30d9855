# Completion of hitl for fish. Written by `make man` from the definitions in the program; a change here is lost.

# Only names that are plain words are shown: they are an agent's.
function __hitl_requests
    hitl status 2>/dev/null | string replace -rf '^(\d+)\. Tool: (?:([\w.-]+)$|.*)' '$1\t$2'
end

# Whether the command is yet to come.
function __hitl_begins
    test (count (commandline -opc)) = 1
end

# Whether the command is this one.
function __hitl_in -a command
    set -l words (commandline -opc)
    test "$words[2]" = $command; and not contains -- -- $words
end

# Whether the next word stands at this place, after the given names of options that take a value.
function __hitl_at -a command place
    __hitl_in $command; or return 1
    set -l words (commandline -opc)
    set -l given 0
    set -l takes 0
    for word in $words[3..]
        if test $takes = 1
            set takes 0
        else if contains -- $word $argv[3..]
            set takes 1
        else if not string match -q -- '-*' $word
            set given (math $given + 1)
        end
    end
    test $takes = 0; and test $place = any -o $place = $given
end

# Behind `--` stands the command line of another program.
function __hitl_behind_dashes -a command
    set -l words (commandline -opc)
    test "$words[2]" = $command; and contains -- -- $words
end

complete -c hitl -f
complete -c hitl -n '__hitl_begins' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_begins' -l version -d 'print the version'
complete -c hitl -n '__hitl_begins' -a loop -d 'the interactive loop: the operator\'s desk, and an agent to talk to'
complete -c hitl -n '__hitl_begins' -a ask -d 'ask for one call from any shell or script, and run it once it is approved'
complete -c hitl -n '__hitl_begins' -a wait -d 'block until a request that was asked with --async is decided'
complete -c hitl -n '__hitl_begins' -a hook -d 'hold an agent\'s calls for approval, as a hook that the agent runs'
complete -c hitl -n '__hitl_begins' -a mcp -d 'stand between an MCP client and a server: its tool calls ask at the desk'
complete -c hitl -n '__hitl_begins' -a policy -d 'check the policy, ask it about calls, test it, or try a new one'
complete -c hitl -n '__hitl_begins' -a audit -d 'check the ledger, prove what is in it, export it, or report on it'
complete -c hitl -n '__hitl_begins' -a keys -d 'the keys that decisions are signed with, yours and those of others'
complete -c hitl -n '__hitl_begins' -a doctor -d 'say what is found, what is missing, and the one command that mends it'
complete -c hitl -n '__hitl_begins' -a status -d 'list what waits for a decision, most urgent first'
complete -c hitl -n '__hitl_begins' -a show -d 'show one request in full'
complete -c hitl -n '__hitl_begins' -a approve -d 'approve requests by number'
complete -c hitl -n '__hitl_begins' -a reject -d 'reject requests by number; the reason goes back to the agent'
complete -c hitl -n '__hitl_begins' -a edit -d 'change a request\'s arguments; the new request asks again'
complete -c hitl -n '__hitl_begins' -a history -d 'list decisions, newest last'
complete -c hitl -n '__hitl_begins' -a config -d 'show the configuration in force; change a value for this session'
complete -c hitl -n '__hitl_begins' -a stats -d 'count decisions; how often people approve, and how fast'
complete -c hitl -n '__hitl_begins' -a why -d 'say which rule and which facts made a call what it became'
complete -c hitl -n '__hitl_begins' -a extend -d 'give a request more time'
complete -c hitl -n '__hitl_begins' -a withdraw -d 'take a request back: nobody decides it'
complete -c hitl -n '__hitl_begins' -a stop -d 'end a call that is running'
complete -c hitl -n '__hitl_begins' -a rollback -d 'undo a call that hitl ran, through the same gate'
complete -c hitl -n '__hitl_begins' -a grants -d 'list standing permissions, or end one'
complete -c hitl -n '__hitl_begins' -a erase -d 'erase what requests contain from the ledger, by an approved request'
complete -c hitl -n '__hitl_begins' -a purge -d 'remove entries that need not be kept any longer, by an approved request'

complete -c hitl -n '__hitl_in loop' -l enable-hitl -d 'hold the agent\'s calls for approval'
complete -c hitl -n '__hitl_in loop' -l agent -x -a 'none simulated acp exec claude codex' -d 'none (the desk alone), simulated, acp (any agent that speaks the Agent Client Protocol), exec (any program that asks in the desk\'s own protocol), claude (Claude Code), codex (Codex)'
complete -c hitl -n '__hitl_in loop' -l scenario -x -a '(__fish_complete_path)' -d 'what the simulated agent does; demo is built in'
complete -c hitl -n '__hitl_in loop' -l workspace -x -a '(__fish_complete_directories)' -d 'the directory that the agent\'s tools are confined to'
complete -c hitl -n '__hitl_in loop' -l config -x -a '(__fish_complete_path)' -d 'the configuration to use instead of the usual one'
complete -c hitl -n '__hitl_in loop' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in loop' -l debug -d 'say on standard error what the gate does with each call'
complete -c hitl -n '__hitl_in loop' -l plain -d 'no pictures; the words stay'
complete -c hitl -n '__hitl_in loop' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_behind_dashes loop' -a '(complete -C (commandline -ct))' -F

complete -c hitl -n '__hitl_in ask' -l arg -x -d 'an argument; the value is a string'
complete -c hitl -n '__hitl_in ask' -l args -x -d 'all arguments as one JSON object'
complete -c hitl -n '__hitl_in ask' -l reason -x -d 'why, in the requester\'s words'
complete -c hitl -n '__hitl_in ask' -l confidence -x -d 'from 0 to 1'
complete -c hitl -n '__hitl_in ask' -l timeout -x -a '30s 5m 1h' -d 'how long to wait for a decision'
complete -c hitl -n '__hitl_in ask' -l async -d 'print the request\'s number and id, and do not wait (exit code 75)'
complete -c hitl -n '__hitl_in ask' -l wait-for-desk -x -a '30s 5m 1h' -d 'wait so long for a desk where none is running'
complete -c hitl -n '__hitl_in ask' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in ask' -l json -d 'print one JSON document about the decision'
complete -c hitl -n '__hitl_in ask' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_behind_dashes ask' -a '(complete -C (commandline -ct))' -F

complete -c hitl -n '__hitl_in wait' -l timeout -x -a '30s 5m 1h' -d 'wait no longer than this'
complete -c hitl -n '__hitl_in wait' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in wait' -l json -d 'print one JSON document about the decision'
complete -c hitl -n '__hitl_in wait' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_at wait 0 --timeout --socket' -a '(__hitl_requests)'

complete -c hitl -n '__hitl_in hook' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in hook' -l desk-key -x -a '(__fish_complete_path)' -d 'believe only the desk that has this key; install names the own desk\'s'
complete -c hitl -n '__hitl_in hook' -l timeout -x -a '30s 5m 1h' -d 'refuse after this time; install gives the agent ten seconds more'
complete -c hitl -n '__hitl_in hook' -l user -d 'the settings of all your projects (install without --project)'
complete -c hitl -n '__hitl_in hook' -l project -d 'the settings of the project in this directory'
complete -c hitl -n '__hitl_in hook' -l file -x -a '(__fish_complete_path)' -d 'this settings file instead'
complete -c hitl -n '__hitl_in hook' -l write -d 'change the file instead of printing it'
complete -c hitl -n '__hitl_in hook' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_at hook 0 --socket --desk-key --timeout --file' -a 'claude codex gemini install uninstall'
complete -c hitl -n '__hitl_at hook 1 --socket --desk-key --timeout --file' -a 'claude codex gemini'

complete -c hitl -n '__hitl_in mcp' -l url -x -d 'the server is reached there, over HTTP, instead of being started'
complete -c hitl -n '__hitl_in mcp' -l bearer-env -x -d 'with --url: the variable that holds the token to send'
complete -c hitl -n '__hitl_in mcp' -l header-env -x -d 'with --url: send this header with the variable\'s value'
complete -c hitl -n '__hitl_in mcp' -l header -x -d 'with --url: send this header; other users may see it in the list of processes'
complete -c hitl -n '__hitl_in mcp' -l ca -x -a '(__fish_complete_path)' -d 'with --url: trust these certificates, and not the system\'s'
complete -c hitl -n '__hitl_in mcp' -l name -x -d 'what the server is called at the desk; else by its command'
complete -c hitl -n '__hitl_in mcp' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in mcp' -l desk-key -x -a '(__fish_complete_path)' -d 'believe only the desk that has this key; install names the own desk\'s'
complete -c hitl -n '__hitl_in mcp' -l timeout -x -a '30s 5m 1h' -d 'how long the client waits before it gets a ticket (50s)'
complete -c hitl -n '__hitl_in mcp' -l gate -x -d 'ask about this method, too: resources/read, prompts/get'
complete -c hitl -n '__hitl_in mcp' -l state -x -a '(__fish_complete_directories)' -d 'where definitions of tools are recorded'
complete -c hitl -n '__hitl_in mcp' -l json -d 'of list: print one JSON document'
complete -c hitl -n '__hitl_in mcp' -l file -x -a '(__fish_complete_path)' -d 'of install: the client\'s configuration, where it is not the usual one'
complete -c hitl -n '__hitl_in mcp' -l write -d 'of install: write what is shown'
complete -c hitl -n '__hitl_in mcp' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_at mcp 0 --url --bearer-env --header-env --header --ca --name --socket --desk-key --timeout --gate --state --file' -a 'list trust install uninstall'
complete -c hitl -n '__hitl_behind_dashes mcp' -a '(complete -C (commandline -ct))' -F

complete -c hitl -n '__hitl_in policy' -l call -x -d 'of explain: one call'
complete -c hitl -n '__hitl_in policy' -l calls -x -a '(__fish_complete_path)' -d 'of explain: a call a line; - is standard input'
complete -c hitl -n '__hitl_in policy' -l policy -x -a '(__fish_complete_path)' -d 'of replay: the configuration to try'
complete -c hitl -n '__hitl_in policy' -l since -x -d 'of replay and suggest: since a date, a time or a duration ago'
complete -c hitl -n '__hitl_in policy' -l last -x -d 'of replay and suggest: the newest N decisions'
complete -c hitl -n '__hitl_in policy' -l config -x -a '(__fish_complete_path)' -d 'the configuration to work on; of replay, the one that names the ledger'
complete -c hitl -n '__hitl_in policy' -l json -d 'print JSON: of explain and test a document a line, of the others one document'
complete -c hitl -n '__hitl_in policy' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_at policy 0 --call --calls --policy --since --last --config' -a 'check explain test replay suggest import'
complete -c hitl -n '__hitl_at policy any --call --calls --policy --since --last --config' -a '(__fish_complete_path)'

complete -c hitl -n '__hitl_in audit' -l against -x -a '(__fish_complete_path)' -d 'of verify: a file with a checkpoint, or SIZE:HASH, that was kept elsewhere'
complete -c hitl -n '__hitl_in audit' -l proof -x -a '(__fish_complete_path)' -d 'of verify: check this proof instead of the ledger'
complete -c hitl -n '__hitl_in audit' -l key -x -d 'a public key to trust, as checkpoint prints it: of the ledger, or of a witness'
complete -c hitl -n '__hitl_in audit' -l reviewers -x -a '(__fish_complete_path)' -d 'of verify: reviewers\' keys to know beside those that are trusted'
complete -c hitl -n '__hitl_in audit' -l require-signatures -d 'of verify: also decisions from before the first signature need one'
complete -c hitl -n '__hitl_in audit' -l continues -x -d 'of checkpoint: with proof that it continues that many entries'
complete -c hitl -n '__hitl_in audit' -l export -x -a '(__fish_complete_path)' -d 'of checkpoint: write it to a file; - is standard output'
complete -c hitl -n '__hitl_in audit' -l checkpoint -x -a '(__fish_complete_path)' -d 'of prove: the checkpoint to prove it by, for one with cosignatures'
complete -c hitl -n '__hitl_in audit' -l format -x -a 'jsonl csv ocsf cef text markdown html' -d 'of export: jsonl, csv, ocsf or cef; of report: text, markdown or html'
complete -c hitl -n '__hitl_in audit' -l output -x -a '(__fish_complete_path)' -d 'write to a file instead of standard output'
complete -c hitl -n '__hitl_in audit' -l since -x -d 'of export and report: only what was asked since then'
complete -c hitl -n '__hitl_in audit' -l session -x -d 'of report: the session, of a desk or an agent'
complete -c hitl -n '__hitl_in audit' -l set-aside -d 'of repair: keep a damaged ledger under another name, and begin a new one'
complete -c hitl -n '__hitl_in audit' -l containing -x -d 'of erase: all requests in which the text occurs'
complete -c hitl -n '__hitl_in audit' -l linked -d 'of erase: also what these replaced or undid, and what replaced or undid them'
complete -c hitl -n '__hitl_in audit' -l reason -x -d 'of erase and purge: why, for the record'
complete -c hitl -n '__hitl_in audit' -l preview -d 'of erase: list what would be erased, and ask for nothing'
complete -c hitl -n '__hitl_in audit' -l config -x -a '(__fish_complete_path)' -d 'the configuration that names the ledger'
complete -c hitl -n '__hitl_in audit' -l json -d 'of verify, checkpoint, prove, witness, erase, retention and purge: print one JSON document'
complete -c hitl -n '__hitl_in audit' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_at audit 0 --against --proof --key --reviewers --continues --export --checkpoint --format --output --since --session --containing --reason --config' -a 'verify export report checkpoint prove witness repair erase retention purge'

complete -c hitl -n '__hitl_in keys' -l replace -d 'of new: in the place of the key that is there'
complete -c hitl -n '__hitl_in keys' -l reviewer -x -d 'of trust: the login name of whoever signs with it'
complete -c hitl -n '__hitl_in keys' -l at -x -d 'of revoke: from when on it does not count; now where it is missing'
complete -c hitl -n '__hitl_in keys' -l config -x -a '(__fish_complete_path)' -d 'the configuration that names where things are'
complete -c hitl -n '__hitl_in keys' -l json -d 'print one JSON document'
complete -c hitl -n '__hitl_in keys' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_at keys 0 --reviewer --at --config' -a 'new list export trust revoke'
complete -c hitl -n '__hitl_at keys 1 --reviewer --at --config' -a '(__fish_complete_path)'

complete -c hitl -n '__hitl_in doctor' -l config -x -a '(__fish_complete_path)' -d 'the configuration to look at'
complete -c hitl -n '__hitl_in doctor' -l json -d 'print the same facts as one JSON document'
complete -c hitl -n '__hitl_in doctor' -l help -d 'say how it is used'

complete -c hitl -n '__hitl_in status' -l follow -d 'from another terminal: go on with what comes, until Ctrl-C; with --json one document a line'
complete -c hitl -n '__hitl_in status' -l json -d 'print the same facts as one JSON document'
complete -c hitl -n '__hitl_in status' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in status' -l help -d 'say how it is used'

complete -c hitl -n '__hitl_in show' -l json -d 'print the same facts as one JSON document'
complete -c hitl -n '__hitl_in show' -l reveal -d 'show secrets too, while the desk still has them in memory'
complete -c hitl -n '__hitl_in show' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in show' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_at show 0 --socket' -a '(__hitl_requests)'

complete -c hitl -n '__hitl_in approve' -l reason -x -d 'why; it is recorded'
complete -c hitl -n '__hitl_in approve' -l condition -x -d 'a condition to record with the approval'
complete -c hitl -n '__hitl_in approve' -l set -x -d 'change an argument first; see edit'
complete -c hitl -n '__hitl_in approve' -l for -x -a '30s 5m 1h' -d 'grant it for so long'
complete -c hitl -n '__hitl_in approve' -l uses -x -d 'grant it for so many more calls'
complete -c hitl -n '__hitl_in approve' -l session -d 'grant it until the desk closes'
complete -c hitl -n '__hitl_in approve' -l scope -x -a 'exact argv path tool' -d 'of the grant: exact, argv, path or tool'
complete -c hitl -n '__hitl_in approve' -l json -d 'print the same facts as one JSON document'
complete -c hitl -n '__hitl_in approve' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in approve' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_at approve any --reason --condition --set --for --uses --scope --socket' -a '(__hitl_requests)'

complete -c hitl -n '__hitl_in reject' -l reason -x -d 'why, and what would be accepted; the agent is told'
complete -c hitl -n '__hitl_in reject' -l json -d 'print the same facts as one JSON document'
complete -c hitl -n '__hitl_in reject' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in reject' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_at reject any --reason --socket' -a '(__hitl_requests)'

complete -c hitl -n '__hitl_in edit' -l set -x -d 'the new value of one argument'
complete -c hitl -n '__hitl_in edit' -l json -d 'print the same facts as one JSON document'
complete -c hitl -n '__hitl_in edit' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in edit' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_at edit 0 --set --socket' -a '(__hitl_requests)'

complete -c hitl -n '__hitl_in history' -l last -x -d 'the newest N (20 where nothing else narrows it)'
complete -c hitl -n '__hitl_in history' -l tool -x -a 'readFile listFiles searchFiles writeFile editFile deleteFile moveFile executeCommand executeCode httpRequest sendEmail' -d 'only this tool'
complete -c hitl -n '__hitl_in history' -l decision -x -a 'approved rejected expired withdrawn superseded allowed denied ungated' -d 'only decisions of this kind: approved, rejected, expired, withdrawn, superseded, allowed, denied, ungated'
complete -c hitl -n '__hitl_in history' -l since -x -d 'since a date, a time or a duration ago: 2026-01-31, 2h'
complete -c hitl -n '__hitl_in history' -l grep -x -d 'only what has this text in a record about it, letter by letter'
complete -c hitl -n '__hitl_in history' -l request -x -a '(__hitl_requests)' -d 'one request, with everything that is known of it'
complete -c hitl -n '__hitl_in history' -l follow -d 'from another terminal: go on with what comes, until Ctrl-C; with --json one document a line'
complete -c hitl -n '__hitl_in history' -l json -d 'print the same facts as one JSON document'
complete -c hitl -n '__hitl_in history' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in history' -l help -d 'say how it is used'

complete -c hitl -n '__hitl_in config' -l json -d 'print the same facts as one JSON document'
complete -c hitl -n '__hitl_in config' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in config' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_at config 0 --socket' -a 'hitl.enabled hitl.mode hitl.timeout hitl.autoApproveOnTimeout hitl.allowArgumentModification hitl.auditLogging hitl.requireReason hitl.dangerousActions hitl.requireApproval hitl.confidenceThreshold hitl.contentPatterns hitl.customRules hitl.debug policy.compliance policy.autoApproveThreshold policy.autoApproveSandboxed policy.autoRejectThreshold policy.askInsteadOfBlock policy.rules agent.name agent.scenario agent.command agent.sandbox agent.writable queue.priorityOrder queue.maxPendingPerUser audit.storage audit.path audit.durability audit.sinks audit.retention security.redactSensitiveData security.signingKey security.encryptAuditLogs security.auditKeys terminal.bell terminal.notify tools.outbox tools.commandTimeout tools.outputLimit'

complete -c hitl -n '__hitl_in stats' -l since -x -d 'since a date, a time or a duration ago'
complete -c hitl -n '__hitl_in stats' -l json -d 'print the same facts as one JSON document'
complete -c hitl -n '__hitl_in stats' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in stats' -l help -d 'say how it is used'

complete -c hitl -n '__hitl_in why' -l all -d 'the rules in force now, those that do not match too'
complete -c hitl -n '__hitl_in why' -l json -d 'print the same facts as one JSON document'
complete -c hitl -n '__hitl_in why' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in why' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_at why 0 --socket' -a '(__hitl_requests)'

complete -c hitl -n '__hitl_in extend' -l json -d 'print the same facts as one JSON document'
complete -c hitl -n '__hitl_in extend' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in extend' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_at extend 0 --socket' -a '(__hitl_requests)'
complete -c hitl -n '__hitl_at extend 1 --socket' -a '30s 5m 1h'

complete -c hitl -n '__hitl_in withdraw' -l reason -x -d 'why; the agent is told'
complete -c hitl -n '__hitl_in withdraw' -l json -d 'print the same facts as one JSON document'
complete -c hitl -n '__hitl_in withdraw' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in withdraw' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_at withdraw 0 --reason --socket' -a '(__hitl_requests)'

complete -c hitl -n '__hitl_in stop' -l json -d 'print the same facts as one JSON document'
complete -c hitl -n '__hitl_in stop' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in stop' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_at stop 0 --socket' -a '(__hitl_requests)'

complete -c hitl -n '__hitl_in rollback' -l preview -d 'show what would be done, and ask for nothing'
complete -c hitl -n '__hitl_in rollback' -l json -d 'print the same facts as one JSON document'
complete -c hitl -n '__hitl_in rollback' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in rollback' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_at rollback 0 --socket' -a '(__hitl_requests)'

complete -c hitl -n '__hitl_in grants' -l json -d 'print the same facts as one JSON document'
complete -c hitl -n '__hitl_in grants' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in grants' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_at grants 0 --socket' -a 'revoke'

complete -c hitl -n '__hitl_in erase' -l containing -x -d 'all requests in whose records the text occurs, for example an e-mail address'
complete -c hitl -n '__hitl_in erase' -l linked -d 'also what these replaced or undid, and what replaced or undid them'
complete -c hitl -n '__hitl_in erase' -l reason -x -d 'why, for the record; not what is erased'
complete -c hitl -n '__hitl_in erase' -l preview -d 'list what would be erased, and ask for nothing'
complete -c hitl -n '__hitl_in erase' -l json -d 'print the same facts as one JSON document'
complete -c hitl -n '__hitl_in erase' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in erase' -l help -d 'say how it is used'
complete -c hitl -n '__hitl_at erase any --containing --reason --socket' -a '(__hitl_requests)'

complete -c hitl -n '__hitl_in purge' -l exported -x -d 'the digest of the export of what is to be removed'
complete -c hitl -n '__hitl_in purge' -l reason -x -d 'why, for the record'
complete -c hitl -n '__hitl_in purge' -l preview -d 'say what would be removed, and ask for nothing'
complete -c hitl -n '__hitl_in purge' -l json -d 'print the same facts as one JSON document'
complete -c hitl -n '__hitl_in purge' -l socket -x -a '(__fish_complete_path)' -d 'where the desk listens'
complete -c hitl -n '__hitl_in purge' -l help -d 'say how it is used'
