"""Progress: how an operation tells the user how far it is, and how the user stops it."""

from collections.abc import Callable

__all__ = ["Report"]

# Stage, share of the whole request that is done (0 to 1), text for the user. May raise errors.Cancelled.
Report = Callable[[str, float, str], None]
