"""The ways a request can end without a result."""

__all__ = ["Cancelled", "DiskFull", "InputError"]


class InputError(ValueError):
    """What the user gave cannot be used.

    The message is one sentence that names the thing and the fix; it is shown to the user as it is (exit code 2 on the
    command line, an error report in Blender).
    """


class DiskFull(InputError):
    """A file cannot be written because its disk is full: nothing else that is written there can be."""


class Cancelled(Exception):
    """The user asked to stop. Nothing was written."""
