#!/usr/bin/env python3
"""An ACP agent without a model, for tests. A prompt is a list of steps, parted by `;`. Everything that it is told goes
into the file `told` of its directory, one JSON value a line; `make NAME` is its own effect in the world.

  say TEXT | think TEXT | plan | make NAME | bare NAME | many NAME… (at once; `decide` tries to approve) | options SPEC | read PATH [LINE LIMIT] |
  write PATH TEXT | run LINE | start LINE | mode ID | garbage N | big N | torn | half NAME | twice NAME | double NAME (a question that cannot be read) | crash CODE |
  hang | take-back NAME | env NAME VALUE LINE | tail LINE |
  terminal | unknown METHOD
options: usual, always, same-ids, no-reject, sly
arguments: --mode ID  --modes a,b,c  --config  --auth  --closed (nobody signs in)  --version N  --hitl PATH  --stubborn (refuses to change its mode)  --load
           --resume  --list (former sessions)  --models a,b
"""
import json
import os
import subprocess
import sys
import threading
import time

ARGS = sys.argv[1:]


def option(name, default=None):
    return ARGS[ARGS.index(name) + 1] if name in ARGS else default


OPTIONS = {
    "usual": [("yes", "Yes", "allow_once"), ("always", "Always", "allow_always"), ("no", "No", "reject_once"), ("never", "Never", "reject_always")],
    "always": [("always", "Always", "allow_always"), ("never", "Never", "reject_always")],
    "same-ids": [("x", "Yes", "allow_once"), ("x", "Always", "allow_always"), ("no", "No", "reject_once")],
    "no-reject": [("yes", "Yes", "allow_once"), ("never", "Never", "reject_always")],
    "sly": [("yes", "Yes, and don't ask again", "allow_once"), ("no", "No", "reject_once")],
}
lock = threading.Lock()
waiting, cancelled = {}, threading.Event()
state = {"id": 100, "mode": option("--mode"), "options": "usual", "call": 0, "session": None, "sessions": 0}


def send(message):
    with lock:
        sys.stdout.buffer.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        sys.stdout.buffer.flush()


def raw(data):
    with lock:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def told(value):
    with open("told", "a") as file:
        file.write(json.dumps(value) + "\n")


def call(method, params):
    with lock:
        state["id"] += 1
        number = state["id"]
        box = waiting[number] = [threading.Event(), None]
    send({"id": number, "method": method, "params": params})
    box[0].wait()
    return box[1]


def update(session, _kind, **members):
    send({"method": "session/update", "params": {"sessionId": session, "update": {"sessionUpdate": _kind, **members}}})


def say(session, text, kind="agent_message_chunk"):
    update(session, kind, content={"type": "text", "text": text})


def options():
    return [{"optionId": i, "name": n, "kind": k} for i, n, k in OPTIONS[state["options"]]]


def make(session, name, bare=False, number=None):
    with lock:
        state["call"] += 1
        identity = "call_%d" % state["call"]
    about = {"toolCallId": identity, "title": "Make " + name, "kind": "edit", "status": "pending", "rawInput": {"path": name},
             "content": [{"type": "diff", "path": name, "oldText": None, "newText": "made\n"}]}
    if bare:
        update(session, "tool_call", toolCallId=identity, title="Make", status="pending")
        update(session, "tool_call_update", **{k: v for k, v in about.items() if k != "status"})
    params = {"sessionId": session, "toolCall": {"toolCallId": identity} if bare else about, "options": options()}
    answer = call("session/request_permission", params)
    told({"asked": name, "answer": answer.get("result", answer.get("error"))})
    outcome = (answer.get("result") or {}).get("outcome", {})
    if outcome.get("optionId") in ("yes", "always", "x"):
        with open(name, "w") as file:
            file.write("made\n")
        update(session, "tool_call_update", toolCallId=identity, status="completed")
    else:
        update(session, "tool_call_update", toolCallId=identity, status="failed")
    say(session, "%s: %s\n" % (name, outcome.get("optionId", outcome.get("outcome"))))


def terminal(session, params, wait=True):
    answer = call("terminal/create", {"sessionId": session, **params})
    if "error" in answer:
        told({"terminal": answer["error"]})
        return say(session, "not run: %s\n" % answer["error"]["message"])
    named = {"sessionId": session, "terminalId": answer["result"]["terminalId"]}
    if wait:
        end = call("terminal/wait_for_exit", named)["result"]
        output = call("terminal/output", named)["result"]
        call("terminal/release", named)
        told({"terminal": end, "output": output["output"], "truncated": output["truncated"]})
        return say(session, "ran: %s" % output["output"])
    while "ready" not in call("terminal/output", named)["result"]["output"]:
        time.sleep(0.02)
    told({"running": call("terminal/output", named)["result"]})
    call("terminal/kill", named)
    told({"killed": call("terminal/wait_for_exit", named)["result"]})
    call("terminal/release", named)
    told({"released": call("terminal/output", named).get("error", {}).get("code")})
    say(session, "killed\n")


def decide():
    """Tries to approve whatever it can."""
    for number in ("1", "2"):
        time.sleep(0.1)
        hitl = subprocess.run([option("--hitl"), "approve", number], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        told({"decided": hitl.returncode})


def step(session, text):
    verb, _, rest = text.strip().partition(" ")
    if verb == "say": say(session, rest + "\n")
    elif verb == "think": say(session, rest, "agent_thought_chunk")
    elif verb == "plan":
        update(session, "plan", entries=[{"content": "first", "priority": "high", "status": "completed"}, {"content": "then", "priority": "low", "status": "pending"}])
    elif verb == "make": make(session, rest)
    elif verb == "bare": make(session, rest, bare=True)
    elif verb == "many":
        names = rest.split()
        threads = [threading.Thread(target=make, args=(session, name)) for name in names if name != "decide"]
        if "decide" in names: threads.append(threading.Thread(target=decide))
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    elif verb == "options": state["options"] = rest
    elif verb == "read":
        words = rest.split()
        params = {"sessionId": session, "path": os.path.join(os.getcwd(), words[0])}
        if len(words) > 1: params["line"] = int(words[1])
        if len(words) > 2: params["limit"] = int(words[2])
        answer = call("fs/read_text_file", params)
        told({"read": answer.get("result", answer.get("error"))})
    elif verb == "write":
        path, _, content = rest.partition(" ")
        answer = call("fs/write_text_file", {"sessionId": session, "path": os.path.join(os.getcwd(), path), "content": content})
        told({"write": answer.get("result", answer.get("error"))})
    elif verb == "run": terminal(session, {"command": rest})
    elif verb == "tail": terminal(session, {"command": rest, "outputByteLimit": 5})
    elif verb == "start": terminal(session, {"command": rest}, wait=False)
    elif verb == "env":
        name, value, line = rest.split(" ", 2)
        terminal(session, {"command": "/bin/sh", "args": ["-c", line], "env": [{"name": name, "value": value}]})
    elif verb == "mode":
        state["mode"] = rest
        update(session, "current_mode_update", currentModeId=rest)
        time.sleep(0.1)
    elif verb == "garbage": raw(b"this is no message\n" * int(rest))
    elif verb == "big": say(session, "x" * int(rest) + "\n")
    elif verb == "torn":
        line = json.dumps({"jsonrpc": "2.0", "id": 7, "method": "fs/write_text_file", "params": {"sessionId": session, "path": os.getcwd() + "/torn", "content": "x"}})
        raw(line.encode())
        os._exit(0)
    elif verb == "twice":
        for name in (rest, rest + "-too"):
            send({"id": 7, "method": "fs/write_text_file", "params": {"sessionId": session, "path": os.path.join(os.getcwd(), name), "content": "x"}})
    elif verb == "double":
        with lock:
            state["id"] += 1
            box = waiting[state["id"]] = [threading.Event(), None]
        raw(b'{"jsonrpc":"2.0","id":%d,"method":"session/request_permission","params":{"sessionId":"","sessionId":""}}\n' % state["id"])
        box[0].wait()
        told({"asked": rest, "answer": box[1].get("result", box[1].get("error"))})
    elif verb == "take-back":
        thread = threading.Thread(target=make, args=(session, rest))
        thread.start()
        time.sleep(0.3)
        send({"method": "$/cancel_request", "params": {"requestId": state["id"]}})
        thread.join()
    elif verb == "crash":
        threading.Thread(target=make, args=(session, "after-crash")).start()
        time.sleep(0.3)
        sys.stderr.write("it went wrong\n")
        sys.stderr.flush()
        os._exit(int(rest))
    elif verb == "hang":
        while True: time.sleep(60)
    elif verb == "terminal":
        try:
            os.close(os.open("/dev/tty", os.O_RDWR))
            told({"terminal": True})
        except OSError:
            told({"terminal": False, "descriptors": sorted(n for n in map(int, os.listdir("/proc/self/fd")) if n > 3)})
    elif verb == "unknown": told({"unknown": call(rest, {}).get("error", {}).get("code")})


def prompt(number, params):
    session = params["sessionId"]
    texts = [block.get("text", "") for block in params["prompt"]]
    told({"prompt": texts})
    cancelled.clear()
    for text in texts:
        if text.startswith("About your tool call"): continue
        for part in text.split(";"):
            if cancelled.is_set(): break
            step(session, part)
    send({"id": number, "result": {"stopReason": "cancelled" if cancelled.is_set() else "end_turn"}})


def facts():
    if option("--models"):
        models = option("--models").split(",")
        return {"models": {"currentModelId": models[0], "availableModels": [{"modelId": m, "name": m} for m in models]}}
    if not option("--modes"): return {}
    modes = option("--modes").split(",")
    if "--config" in ARGS:
        return {"configOptions": [{"id": "m", "name": "Mode", "category": "mode", "type": "select", "currentValue": state["mode"],
                                   "options": [{"value": m, "name": m} for m in modes]}]}
    return {"modes": {"currentModeId": state["mode"], "availableModes": [{"id": m, "name": m} for m in modes]}}


def answer(method, params):
    if method == "initialize":
        told({"client": params.get("clientCapabilities")})
        return {"protocolVersion": int(option("--version", "1")), "agentInfo": {"name": "test", "version": "1"},
                "agentCapabilities": {"loadSession": "--load" in ARGS,
                                      "sessionCapabilities": {name: {} for name in ("list", "resume") if "--" + name in ARGS}},
                "authMethods": [{"id": "door", "name": "The front door"}] if "--auth" in ARGS else []}
    if method == "authenticate":
        if "--closed" in ARGS: return {"__error__": {"code": -32603, "message": "it is shut"}}
        state["in"] = params["methodId"]
        return {}
    if method == "session/new":
        told({"cwd": params["cwd"], "mcpServers": params["mcpServers"]})
        if "--auth" in ARGS and "in" not in state: return {"__error__": {"code": -32000, "message": "sign in first"}}
        state["sessions"] += 1
        return {"sessionId": "s%d" % state["sessions"], **facts()}
    if method == "session/load":
        if params["sessionId"] == "lost": return {"__error__": {"code": -32002, "message": "no such session"}}
        say(params["sessionId"], "from before\n")
        return facts()
    if method == "session/resume":
        told({"resumed": params["sessionId"]})
        return facts()
    if method == "session/list":
        # Two pages.
        if params.get("cursor") == "2": return {"sessions": [{"sessionId": "older", "cwd": params["cwd"]}]}
        return {"sessions": [{"sessionId": "s1", "cwd": params["cwd"]}, {"sessionId": "old", "cwd": params["cwd"], "title": "Tidy\x1b[2J up"}], "nextCursor": "2"}
    if method == "session/set_model":
        told({method: params["modelId"]})
        return {}
    if method in ("session/set_mode", "session/set_config_option"):
        wanted = params.get("modeId", params.get("value"))
        told({method: wanted})
        if "--stubborn" in ARGS: return {"__error__": {"code": -32603, "message": "I like it here"}}
        state["mode"] = wanted
        return facts()
    return {"__error__": {"code": -32601, "message": "unknown"}}


def main():
    with open("pid", "w") as file:
        file.write(str(os.getpid()))
    for line in sys.stdin.buffer:
        message = json.loads(line)
        method = message.get("method")
        if method is None:
            box = waiting.get(message.get("id"))
            if box:
                box[1] = message
                box[0].set()
        elif method == "session/cancel":
            told("cancel")
            cancelled.set()
        elif method == "session/prompt":
            threading.Thread(target=prompt, args=(message["id"], message["params"]), daemon=True).start()
        elif "id" in message:
            result = answer(method, message.get("params", {}))
            if "__error__" in result: send({"id": message["id"], "error": result["__error__"]})
            else: send({"id": message["id"], "result": result})


main()
