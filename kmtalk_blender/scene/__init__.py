"""KMTalk for scripts: everything that the buttons do, as plain functions. `client` is `kmtalk.session.worker()`.

from kmtalk_blender import scene, session
client = session.worker()
head = scene.add_demo_head(bpy.context, client)
report = scene.generate(bpy.context, client, scene.Line(target=head.name, strip="line.wav"))
# edit keys ...
scene.complete(bpy.context, client, head)
scene.export_take(head, Path("line.csv"))
"""

from ..runtime.space_file import read_space
from .api import add_demo_head, complete, generate
from .basis import add_basis
from .checks import fix_obstacle, obstacles
from .exchange import export_take, import_take
from .jobs import Report
from .keys import Density
from .options import Line, Options, Style, options_of
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
