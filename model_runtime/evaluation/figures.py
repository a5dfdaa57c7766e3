"""Import matplotlib without writing into the user's folders."""

import os
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["figure_type"]


def figure_type() -> "type[Figure]":
    """matplotlib's class of figures; the font cache that its import writes goes to a temporary folder."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="kmtalk-") as folder:
        # XDG_CACHE_HOME: for fontconfig, which matplotlib calls.
        os.environ.update({"MPLCONFIGDIR": folder, "XDG_CACHE_HOME": folder})
        try:
            # Imported here: slow, and only pictures need it.
            from matplotlib.figure import Figure
        finally:
            os.environ.clear()
            os.environ.update(before)
    return Figure
