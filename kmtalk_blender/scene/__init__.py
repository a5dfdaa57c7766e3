"""KMTalk for scripts: everything that the buttons do, as plain functions.

Functions that need the runtime take a client: `session.worker()` of this package. To speak one line:

    head = scene.add_demo_head(bpy.context, client)
    scene.generate(bpy.context, client, scene.Line(target=head.name, strip="line.wav"))

then, after you edited keys:

    scene.complete(bpy.context, client, head)
    scene.export_take(head, Path("line.csv"))
"""

from ..runtime.space_file import read_space
from .character.basis import add_basis
from .character.calibration import calibrate_closed, calibrate_open
from .character.jaw_bones import JawRange, drive_bone, free_bone
from .character.landmarks import guess_marks, mark
from .character.mapping import load_preset, map_channels, save_preset
from .character.mouth_gain import set_mouth_gain
from .character.parts import follow_head
from .checks import fix_obstacle, obstacles
from .curves.density import Density
from .jobs.blocking import (
    add_demo_head,
    add_life,
    apply_emotion,
    complete,
    generate,
    import_flame,
    make_shapes,
    measure_shapes,
)
from .jobs.edited_takes import discard_edits, edited_takes
from .options import Options, SpokenLine, Style, options_of
from .placement.exchange import export_take, import_take
from .placement.follow_strip import drifts, follow_strip
from .placement.manage_takes import activate_take, clear_takes, put_back, set_expression
from .placement.report import Report
from .placement.write_emotion import remove_emotion
from .placement.write_life import remove_life
from .takes.takes import takes_of

# The name that scripts know it by.
Line = SpokenLine

__all__ = [
    "Density",
    "JawRange",
    "Line",
    "Options",
    "Report",
    "Style",
    "activate_take",
    "add_basis",
    "add_demo_head",
    "add_life",
    "apply_emotion",
    "calibrate_closed",
    "calibrate_open",
    "clear_takes",
    "complete",
    "discard_edits",
    "drifts",
    "drive_bone",
    "edited_takes",
    "export_take",
    "fix_obstacle",
    "follow_head",
    "follow_strip",
    "free_bone",
    "generate",
    "guess_marks",
    "import_flame",
    "import_take",
    "load_preset",
    "make_shapes",
    "map_channels",
    "mark",
    "measure_shapes",
    "obstacles",
    "options_of",
    "put_back",
    "read_space",
    "remove_emotion",
    "remove_life",
    "save_preset",
    "set_expression",
    "set_mouth_gain",
    "takes_of",
]
