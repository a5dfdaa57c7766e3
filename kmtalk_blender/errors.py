"""The one way an action can fail for a reason the user can do something about."""

__all__ = ["UserError"]


class UserError(Exception):
    """One sentence that names the thing and the fix. Nothing was changed when it is raised."""
