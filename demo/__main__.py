"""python -m demo OUT: makes a talking head, its film and its curves in the folder OUT.

Blender and its child processes keep settings, caches and temporary files in the user's folders, from the import of bpy
on. The demo points them to a temporary folder and deletes it at the end.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

VARIABLES = ("BLENDER_USER_RESOURCES", "XDG_CACHE_HOME", "TMPDIR", "TEMP", "TMP")


def main(out: Path) -> str:
    """Make the demo in the folder `out`. Returns the error message, or an empty text after success."""
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
    # os._exit, because at a normal exit threads of bpy sometimes deadlock.
    os._exit(1 if failure else 0)
