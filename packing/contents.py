"""What of the wheels goes into the zip: all that inference reads, and the licences."""

import zipfile
from pathlib import Path, PurePosixPath

from model_runtime.errors import InputError

__all__ = ["LEFT_OUT", "packed_files"]

# Packages of the lock that other packages ask for and inference never imports -> what they are for.
LEFT_OUT = {
    "coloredlogs": "tools of onnxruntime",
    "humanfriendly": "coloredlogs",
    "pyreadline3": "humanfriendly",
    "flatbuffers": "tools of onnxruntime",
    "packaging": "tools of onnxruntime",
    "protobuf": "tools of onnxruntime",
    "sympy": "tools of onnxruntime",
    "mpmath": "sympy",
    "pycparser": "compiling with cffi; a compiled module does not need it",
    "sounddevice": "microphones and loudspeakers for pocketsphinx",
    "setuptools": "building packages",
}
# Folders and files of packages that inference never reads.
LEFT_OUT_FILES = (
    "numpy/distutils/",
    "onnxruntime/backend/",
    # ONNX Runtime once more, for programs in C; Python's module holds all of it itself.
    "onnxruntime/capi/libonnxruntime.",
    "onnxruntime/capi/onnxruntime.dll",
    "onnxruntime/datasets/",
    "onnxruntime/quantization/",
    "onnxruntime/tools/",
    "onnxruntime/transformers/",
    # Numpy's tests of its own vector instructions (numpy 1, numpy 2).
    "numpy/core/_simd.",
    "numpy/_core/_simd.",
    # For modules in Cython.
    "scipy/special/cython_special.",
    # The second and third name of the library of espeak-ng.
    "espeakng_loader/libespeak-ng.so.1",
    # Parts of scipy that only evaluation and training import.
    *(f"scipy/{part}/" for part in ("cluster", "datasets", "differentiate", "fftpack", "integrate", "io", "misc")),
    *(f"scipy/{part}/" for part in ("odr", "signal", "stats")),
    # Word sequences for dictation; the aligner reads the phone sequences beside it.
    "pocketsphinx/model/en-us/en-us.lm.bin",
)
# Packages whose modules are compiled from the Python that lies beside them, which is fast enough; and the library that
# mypyc makes of them.
LEFT_OUT_COMPILED, MYPYC = ("chardet/",), "__mypyc."
COMPILED = (".so", ".pyd")
LEFT_OUT_FOLDERS = {"test", "tests"}
# Sources, headers and link libraries for compilers, and types for editors.
LEFT_OUT_ENDINGS = (
    *(".a", ".c", ".cc", ".cpp", ".f", ".f90", ".h", ".hpp", ".lib", ".pxd", ".pxi", ".pyi", ".pyx", ".typed"),
    *(".build", ".cmake", ".pc"),
)
# Beginnings of the names, in capitals, of what is kept of a wheel's description.
KEPT_DESCRIPTION = ("METADATA", "LICEN", "COPYING", "NOTICE", "AUTHORS")


def packed_files(wheels: list[Path]) -> dict[str, bytes]:
    """Path in an import folder -> content, of all wheels, sorted. Raises InputError when two wheels have one path."""
    files: dict[str, bytes] = {}
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for entry in archive.infolist():
                name = _installed_name(entry.filename)
                if entry.is_dir() or name is None or not _is_read(name):
                    continue
                if name in files:
                    raise InputError(f"{wheel.name} and another wheel both have {name}; leave one of them out.")
                files[name] = archive.read(entry)
    return dict(sorted(files.items()))


def _installed_name(name: str) -> str | None:
    """Where an installer puts a file of a wheel, in the import folder; None for programs, headers and the like."""
    top, _, rest = name.partition("/")
    if not top.endswith(".data"):
        return name
    kind, _, inside = rest.partition("/")
    return inside if kind in ("purelib", "platlib") else None


def _is_read(name: str) -> bool:
    path = PurePosixPath(name)
    if path.parts[0].endswith(".dist-info"):
        return path.name.upper().startswith(KEPT_DESCRIPTION) or "licenses" in path.parts
    return not (
        name.startswith(LEFT_OUT_FILES)
        or MYPYC in name
        or (name.startswith(LEFT_OUT_COMPILED) and name.endswith(COMPILED))
        or LEFT_OUT_FOLDERS & set(path.parts[:-1])
        or path.name.lower().endswith(LEFT_OUT_ENDINGS)
    )
