"""What numpy and json raise when an .npz file is not what its name promises."""

import zipfile
import zlib

__all__ = ["UNREADABLE"]

UNREADABLE = (OSError, ValueError, TypeError, EOFError, KeyError, AttributeError, zipfile.BadZipFile, zlib.error)
