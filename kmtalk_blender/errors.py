"""The error type for everything that the user can put right."""

from .limits import SENTENCE_LETTERS

__all__ = ["UserError"]


class UserError(Exception):
    """One sentence that names what is wrong and how to fix it. Nothing has been changed when it is raised.

    Names that come from a file may contain line breaks or control characters, or be very long. The message is one
    printable line of at most SENTENCE_LETTERS characters; its middle is left out where it is longer.
    """

    def __init__(self, message: str) -> None:
        super().__init__(_one_line(message))


def _one_line(message: str) -> str:
    if len(message) > SENTENCE_LETTERS:
        half = (SENTENCE_LETTERS - 5) // 2
        message = f"{message[:half]} ... {message[-half:]}"
    printable = (
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in " ".join(message.split())
    )
    return "".join(printable)
