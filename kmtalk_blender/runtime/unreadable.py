"""What numpy and json raise when an .npz file is not what its name promises."""

import zipfile
import zlib

__all__ = ["UNREADABLE"]

# RuntimeError: the archive is encrypted, or packed in a way that zipfile does not know.
UNREADABLE = (
    *(OSError, ValueError, TypeError, EOFError, KeyError, AttributeError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error),
)
