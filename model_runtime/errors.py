"""The ways a request can end without a result."""

from model_runtime.limits import SENTENCE_LETTERS

__all__ = ["Cancelled", "DiskFull", "InputError"]


class InputError(ValueError):
    """What the user gave cannot be used.

    The message is one sentence that names the thing and the fix; it is shown to the user as it is (exit code 2 on the
    command line, an error report in Blender). Names from a file may hold line breaks, control characters or a million
    letters: the message is one printable line, with its middle left out where it is too long.
    """

    def __init__(self, message: str) -> None:
        super().__init__(_one_line(message))


class DiskFull(InputError):
    """A file cannot be written because its disk is full: nothing else that is written there can be."""


class Cancelled(Exception):
    """The user asked to stop. Nothing was written."""


def _one_line(message: str) -> str:
    if len(message) > SENTENCE_LETTERS:
        half = (SENTENCE_LETTERS - 5) // 2
        message = f"{message[:half]} ... {message[-half:]}"
    printable = (
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in " ".join(message.split())
    )
    return "".join(printable)
