"""matplotlib, without the files that it leaves in the user's folders."""

import os
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["figure_type"]


def figure_type() -> "type[Figure]":
    """The class of figures. The list of fonts that matplotlib writes down on its import is thrown away."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="kmtalk-") as folder:
        # The second is for fontconfig, which matplotlib asks.
        os.environ.update({"MPLCONFIGDIR": folder, "XDG_CACHE_HOME": folder})
        try:
            # Here, because only pictures need it, and it is slow to import.
            from matplotlib.figure import Figure
        finally:
            os.environ.clear()
            os.environ.update(before)
    return Figure
