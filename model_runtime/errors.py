"""Exceptions that end a request without a result."""

from model_runtime.limits import SENTENCE_LETTERS

__all__ = ["Cancelled", "DiskFull", "InputError"]


class InputError(ValueError):
    """Input of the user that cannot be used.

    The message is one sentence that names the problem and the fix. It is shown to the user unchanged (exit code 2 on
    the command line, an error report in Blender). Names from files may hold line breaks, control characters or a
    million letters, so the message is made one printable line, with its middle cut out where it is too long.

    reason: what a client can act on without reading the sentence; empty for most.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(_one_line(message))
        self.reason = reason


class DiskFull(InputError):
    """A file cannot be written because its disk is full; further files on this disk cannot be written either."""


class Cancelled(Exception):
    """The user cancelled the request. Nothing was written."""


def _one_line(message: str) -> str:
    """The message in printable characters on one line, cut in the middle to SENTENCE_LETTERS."""
    if len(message) > SENTENCE_LETTERS:
        half = (SENTENCE_LETTERS - 5) // 2
        message = f"{message[:half]} ... {message[-half:]}"
    printable = (
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in " ".join(message.split())
    )
    return "".join(printable)
