"""The files of the runtime as they came in the extension's zip: which of them was changed or lost since?"""

import hashlib
import json
from pathlib import Path

__all__ = ["LISTING", "first_changed"]

LISTING = "files.json"  # beside model_runtime in the zip: path -> SHA-256


def first_changed(source: Path) -> Path | None:
    """The first file that is missing or has other content; None when all are as they came, and in a source tree.

    source: the folder that contains model_runtime. Reads every file, about 90 MB.
    """
    listing = source / LISTING
    if not listing.exists():
        return None
    try:
        digests = dict(json.loads(listing.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return listing
    for name, digest in digests.items():
        path = source / name
        try:
            with path.open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError:
            return path
        if found != digest:
            return path
    return None
