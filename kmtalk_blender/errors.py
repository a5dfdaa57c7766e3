"""The one way an action can fail for a reason the user can do something about."""

from .limits import SENTENCE_LETTERS

__all__ = ["UserError"]


class UserError(Exception):
    """One sentence that names the thing and the fix. Nothing was changed when it is raised.

    Names from a file may hold line breaks, control characters or a million letters: the message is one printable line,
    with its middle left out where it is too long.
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
