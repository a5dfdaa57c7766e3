"""python -m demo OUT: a talking head, its film and its curves.

Blender and what it starts keep settings, caches and temporary files in the user's folders, from the import of bpy on.
The demo gives them a folder that is gone at its end.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

VARIABLES = ("BLENDER_USER_RESOURCES", "XDG_CACHE_HOME", "TMPDIR", "TEMP", "TMP")


def main(out: Path) -> str:
    """Make the demo in the folder `out`. Gives the sentence that says why it could not, or an empty one."""
    from demo.make import make_demo
    from kmtalk_blender.errors import UserError

    try:
        make_demo(out)
    except UserError as error:
        return f"\n{error}\n"
    return ""


if __name__ == "__main__":
    own = tempfile.mkdtemp(prefix="kmtalk-demo-")
    os.environ.update(dict.fromkeys(VARIABLES, own))
    try:
        failure = main(Path(sys.argv[1]))
    finally:
        shutil.rmtree(own, ignore_errors=True)
    sys.stderr.write(failure)
    sys.stdout.flush()
    # At the usual end of a process, bpy's threads sometimes wait for each other for ever.
    os._exit(1 if failure else 0)
