#!/usr/bin/env python3
"""An agent in one file: it asks the desk before it deletes, and does what it is told.

    hitl loop --enable-hitl --agent exec -- examples/exec-agent/agent.py

It speaks the desk's protocol (docs/formats/desk-protocol.md) over its standard input and output. `Desk` is all that
an agent of your own needs; copy it. Needs Python 3.8 and nothing else.
"""
import json
import os
import sys
import threading


class Refused(Exception):
    """The call must not run. `decision` says how it was decided: rejected, expired, withdrawn, denied, …"""

    def __init__(self, answer):
        self.decision = answer.get("decision", "error")
        self.reason = answer.get("reason") or answer.get("message") or "no reason was given"
        self.by = (answer.get("reviewer") or {}).get("name") if isinstance(answer.get("reviewer"), dict) else answer.get("reviewer")
        super().__init__(f"{self.decision}: {self.reason}")


class Desk:
    """The desk at the other end of standard input and output. Everything may be called from any thread."""

    def __init__(self, reader=sys.stdin.buffer, writer=sys.stdout.buffer):
        self._reader, self._writer = reader, writer
        self._lock = threading.Lock()
        self._next = 0
        self._waiting = {}
        # Whatever prints must not print into the protocol.
        sys.stdout = sys.stderr

    def serve(self, on_prompt, on_cancel=lambda: None, on_start=lambda hosted: None, on_stop=lambda id: None):
        """Reads until the desk ends. `on_prompt(text)` runs in a thread of its own for each line that is typed.

        `on_stop(id)` is told that the operator wants the permitted call of that id ended.
        """
        for line in self._reader:
            message = json.loads(line)
            method, params = message.get("method"), message.get("params", {})
            if method == "prompt":
                threading.Thread(target=self._prompted, args=(on_prompt, params), daemon=True).start()
            elif method == "cancel":
                on_cancel()
            elif method == "stop":
                on_stop(params["id"])
            elif method == "hosted":
                on_start(params)
                self._post("done", {"number": 0})
            elif method is None:
                waiting = self._waiting.pop(message.get("id"), None)
                if waiting:
                    waiting[1] = message
                    waiting[0].set()

    def say(self, text):
        """Shows this to the operator."""
        self._post("say", {"text": str(text)})

    def ask(self, tool, args, **more):
        """Blocks until the call is decided; returns the answer, whose `arguments` are the ones to use.

        Raises Refused where it must not run. `more` are further members of `ask`: reason, confidence, timeout, …
        """
        params = {"id": f"call-{self._number()}", "tool": tool, "args": args, **more}
        answer = self._call("ask", params)
        if answer.get("decision") not in ("approved", "allowed"):
            raise Refused(answer)
        return {**answer, "id": params["id"]}

    def run(self, tool, args, function, **more):
        """Asks, runs `function(**arguments)` where it may, and tells the desk what came of it."""
        permit = self.ask(tool, args, performer="requester", **more)
        try:
            result = function(**permit["arguments"])
        except Exception as error:
            self._call("outcome", {"id": permit["id"], "status": "failed", "summary": str(error) or "failed"})
            raise
        self._call("outcome", {"id": permit["id"], "status": "succeeded", "summary": f"{tool} is done"})
        return result

    def _prompted(self, on_prompt, params):
        try:
            on_prompt(params["text"])
        except Refused as refused:
            self.say(f"I did not do that. {refused}")
        except Exception as error:
            self.say(f"That failed: {error}")
        finally:
            self._post("done", {"number": params["number"]})

    def _number(self):
        with self._lock:
            self._next += 1
            return self._next

    def _send(self, method, params, number):
        line = json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n"
        with self._lock:
            self._writer.write(line.encode())
            self._writer.flush()

    def _post(self, method, params):
        self._send(method, params, self._number())

    def _call(self, method, params):
        number = self._number()
        waiting = self._waiting[number] = [threading.Event(), None]
        self._send(method, params, number)
        waiting[0].wait()
        if "error" in waiting[1]:
            raise Refused(waiting[1]["error"])
        return waiting[1]["result"]


def main():
    desk = Desk()

    def delete(path):
        os.remove(path)

    def on_prompt(text):
        words = text.split()
        if words[:1] == ["delete"]:
            for path in words[1:]:
                desk.run("deleteFile", {"path": path}, delete, reason=f"You typed: {text}")
                desk.say(f"{path} is gone.")
        else:
            desk.say("I understand: delete FILE …")

    desk.serve(on_prompt)


if __name__ == "__main__":
    main()
