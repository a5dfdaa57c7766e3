"""How the steps of the alignment say how far they are."""

from collections.abc import Callable

__all__ = ["Progress"]

# Called with the share done (0 to 1) and a text.
Progress = Callable[[float, str], None]
