"""KMTalk for scripts: everything that the buttons do, as plain functions.

Those that need the runtime take a client: `session.worker()` of this package. One line:

    head = scene.add_demo_head(bpy.context, client)
    scene.generate(bpy.context, client, scene.Line(target=head.name, strip="line.wav"))

then, after some keys were edited:

    scene.complete(bpy.context, client, head)
    scene.export_take(head, Path("line.csv"))
"""

from ..runtime.space_file import read_space
from .api import add_demo_head, complete, generate
from .basis import add_basis
from .checks import fix_obstacle, obstacles
from .exchange import export_take, import_take
from .keys import Density
from .options import Line, Options, Style, options_of
from .report import Report
from .takes import activate_take, clear_takes, takes_of

__all__ = [
    "Density",
    "Line",
    "Options",
    "Report",
    "Style",
    "activate_take",
    "add_basis",
    "add_demo_head",
    "clear_takes",
    "complete",
    "export_take",
    "fix_obstacle",
    "generate",
    "import_take",
    "obstacles",
    "options_of",
    "read_space",
    "takes_of",
]
