# Completion of hitl for bash. Written by `make man` from the definitions in the program; a change here is lost.

_hitl_about() {
    case $1 in
    loop)
        options='--enable-hitl --agent=word:none,simulated,acp,exec,claude,codex --scenario=file --workspace=directory --config=file --socket=file --debug --plain --help'
        places=''
        rest='program'
        ;;
    ask)
        options='--arg=assignment --args=json --reason=text --confidence=text --timeout=duration --async --wait-for-desk=duration --socket=file --json --help'
        places='text'
        rest='program'
        ;;
    wait)
        options='--timeout=duration --socket=file --json --help'
        places='request'
        rest=''
        ;;
    hook)
        options='--socket=file --desk-key=file --timeout=duration --user --project --file=file --write --help'
        places='word:claude,codex,gemini,install,uninstall word:claude,codex,gemini'
        rest=''
        ;;
    mcp)
        options='--url=text --bearer-env=text --header-env=text --header=text --ca=file --name=text --socket=file --desk-key=file --timeout=duration --gate=text --state=directory --json --file=file --write --help'
        places='word:list,trust,install,uninstall text text'
        rest='program'
        ;;
    policy)
        options='--call=text --calls=file --policy=file --since=moment --last=count --config=file --json --help'
        places='word:check,explain,test,replay,suggest,import file*'
        rest=''
        ;;
    audit)
        options='--against=file --proof=file --key=text --reviewers=file --require-signatures --continues=text --export=file --checkpoint=file --format=word:jsonl,csv,ocsf,cef,text,markdown,html --output=file --since=moment --session=text --set-aside --containing=text --linked --reason=text --preview --config=file --json --help'
        places='word:verify,export,report,checkpoint,prove,witness,repair,erase,retention,purge text*'
        rest=''
        ;;
    keys)
        options='--replace --reviewer=text --at=moment --config=file --json --help'
        places='word:new,list,export,trust,revoke file'
        rest=''
        ;;
    doctor)
        options='--config=file --json --help'
        places=''
        rest=''
        ;;
    status)
        options='--follow --json --socket=file --help'
        places=''
        rest=''
        ;;
    show)
        options='--json --reveal --socket=file --help'
        places='request'
        rest=''
        ;;
    approve)
        options='--reason=text --condition=text --set=assignment --for=duration --uses=text --session --scope=word:exact,argv,path,tool --json --socket=file --help'
        places='requests*'
        rest=''
        ;;
    reject)
        options='--reason=text --json --socket=file --help'
        places='requests*'
        rest=''
        ;;
    edit)
        options='--set=assignment --json --socket=file --help'
        places='request'
        rest=''
        ;;
    history)
        options='--last=count --tool=tool --decision=word:approved,rejected,expired,withdrawn,superseded,allowed,denied,ungated --since=moment --grep=text --request=request --follow --json --socket=file --help'
        places=''
        rest=''
        ;;
    config)
        options='--json --socket=file --help'
        places='setting text'
        rest=''
        ;;
    stats)
        options='--since=moment --json --socket=file --help'
        places=''
        rest=''
        ;;
    why)
        options='--all --json --socket=file --help'
        places='request'
        rest=''
        ;;
    extend)
        options='--json --socket=file --help'
        places='request duration'
        rest=''
        ;;
    withdraw)
        options='--reason=text --json --socket=file --help'
        places='request'
        rest=''
        ;;
    stop)
        options='--json --socket=file --help'
        places='request'
        rest=''
        ;;
    rollback)
        options='--preview --json --socket=file --help'
        places='request'
        rest=''
        ;;
    grants)
        options='--json --socket=file --help'
        places='word:revoke text'
        rest=''
        ;;
    erase)
        options='--containing=text --linked --reason=text --preview --json --socket=file --help'
        places='request*'
        rest=''
        ;;
    purge)
        options='--exported=text --reason=text --preview --json --socket=file --help'
        places=''
        rest=''
        ;;
    *) return 1 ;;
    esac
}

_hitl_offer() {
    local words=
    case $1 in
    # Digits only: what an agent called a tool never reaches the shell.
    request | requests) words=$(hitl status 2>/dev/null | sed -n 's/^\([0-9][0-9]*\)\. Tool: .*/\1/p') ;;
    tool) words='readFile listFiles searchFiles writeFile editFile deleteFile moveFile executeCommand executeCode httpRequest sendEmail' ;;
    setting) words='hitl.enabled hitl.mode hitl.timeout hitl.autoApproveOnTimeout hitl.allowArgumentModification hitl.auditLogging hitl.requireReason hitl.dangerousActions hitl.requireApproval hitl.confidenceThreshold hitl.contentPatterns hitl.customRules hitl.debug policy.compliance policy.autoApproveThreshold policy.autoApproveSandboxed policy.autoRejectThreshold policy.askInsteadOfBlock policy.rules agent.name agent.scenario agent.command agent.sandbox agent.writable queue.priorityOrder queue.maxPendingPerUser audit.storage audit.path audit.durability audit.sinks audit.retention security.redactSensitiveData security.signingKey security.encryptAuditLogs security.auditKeys terminal.bell terminal.notify tools.outbox tools.commandTimeout tools.outputLimit' ;;
    decision) words='approved rejected expired withdrawn superseded allowed denied ungated' ;;
    duration) words='30s 5m 1h' ;;
    command) words='loop ask wait hook mcp policy audit keys doctor status show approve reject edit history config stats why extend withdraw stop rollback grants erase purge' ;;
    word:*)
        words=${1#word:}
        words=${words//,/ }
        ;;
    file)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
        ;;
    directory)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -d -- "$current")
        return
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

_hitl() {
    COMPREPLY=()
    local words=() word
    # bash takes `--since=2h` for three words.
    for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
        [[ $word == '=' ]] || words+=("$word")
    done
    [[ ${COMP_WORDS[COMP_CWORD]} == '=' ]] && words+=('')
    local last=$((${#words[@]} - 1))
    local current=${words[last]}
    if ((last == 0)); then
        if [[ $current == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '--help --version' -- "$current")
        else
            _hitl_offer command
        fi
        return
    fi

    local options places rest
    _hitl_about "${words[0]}" || return
    local index place=0 expected=
    for ((index = 1; index < last; index++)); do
        word=${words[index]}
        if [[ -n $expected ]]; then
            expected=
        elif [[ $word == -- && -n $rest ]]; then
            # The words of another program, which has its own completion or none.
            mapfile -t COMPREPLY < <(compgen -c -f -- "$current")
            return
        elif [[ $word == --* ]]; then
            [[ " $options " == *" $word="* ]] && expected=$word
        else
            place=$((place + 1))
        fi
    done

    if [[ -n $expected ]]; then
        for word in $options; do
            [[ $word == "$expected="* ]] && _hitl_offer "${word#*=}"
        done
    elif [[ $current == -* ]]; then
        local names=
        for word in $options; do names+=" ${word%%=*}"; done
        mapfile -t COMPREPLY < <(compgen -W "$names" -- "$current")
    else
        local at=0
        for word in $places; do
            if ((at == place)) || [[ $word == *'*' ]]; then
                _hitl_offer "${word%'*'}"
                return
            fi
            at=$((at + 1))
        done
    fi
}

complete -F _hitl hitl
