"""A request to the worker, and what has become of it."""

from dataclasses import dataclass, field

__all__ = ["Ticket"]


@dataclass
class Ticket:
    """A request to the worker. state: waiting, running, done, failed or cancelled. fraction: progress in [0, 1], never
    falls. begin: progress at which the worker's own begins. again: it was sent a second time, to a new worker.
    message: why it failed. reason: what it failed by, where the extension can do something about it."""

    id: int
    op: str
    params: dict = field(default_factory=dict)
    begin: float = 0.0
    again: bool = False
    state: str = "waiting"
    fraction: float = 0.0
    text: str = ""
    result: dict = field(default_factory=dict)
    message: str = ""
    reason: str = ""

    @property
    def ended(self) -> bool:
        """True when no more events follow."""
        return self.state in ("done", "failed", "cancelled")

    def follow(self, event: dict) -> None:
        """Take over an event of the worker about this request (model_runtime.protocol)."""
        kind = event["event"]
        if kind == "progress":
            self.state = "running"
            share = min(1.0, float(event.get("fraction", 0.0)))
            self.fraction = max(self.fraction, self.begin + (1.0 - self.begin) * share)
            self.text = str(event.get("text", ""))
        elif kind == "result":
            self.state, self.fraction, self.result = "done", 1.0, event.get("result", {})
        elif kind == "cancelled":
            self.cancel()
        else:
            self.fail(str(event.get("message", "The runtime gave no reason.")))
            self.reason = str(event.get("reason", ""))

    def cancel(self) -> None:
        """The request was cancelled."""
        self.state, self.message = "cancelled", "Cancelled."

    def fail(self, message: str) -> None:
        """The request failed. message: a sentence for the user."""
        self.state, self.message = "failed", message
