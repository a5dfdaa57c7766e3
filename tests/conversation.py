"""Talk: sends requests to a worker process and reads its events."""

import json
import os
import subprocess
import sys

from recordings import TREE

__all__ = ["COMMAND", "ENVIRONMENT", "Talk"]

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(TREE)}
COMMAND = [sys.executable, "-m", "model_runtime", "worker"]
ENDS = ("result", "error", "cancelled")


class Talk:
    """A worker process, its requests and its events."""

    def __init__(self, *options, environment=ENVIRONMENT):
        self.process = subprocess.Popen(
            [*COMMAND, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            encoding="utf-8",
        )
        self.hello = self.event()
        self.last = 0

    def event(self):
        line = self.process.stdout.readline()
        assert line.endswith("\n")
        return json.loads(line)

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, op, **params):
        self.last += 1
        self.say(json.dumps({"id": self.last, "op": op, "params": params}))
        return self.last

    def until_end(self, number):
        """The progress events and the last event of request `number`; fails on an event of another request."""
        progress = []
        while True:
            event = self.event()
            assert event["id"] == number
            if event["event"] in ENDS:
                return progress, event
            progress.append(event)

    def call(self, op, **params):
        return self.until_end(self.ask(op, **params))[1]

    def refused(self, op, **params):
        event = self.call(op, **params)
        assert (event["event"], event["kind"]) == ("error", "input"), event
        assert "\n" not in event["message"]
        return event["message"]
