"""Reads texts aloud in phones with libespeak-ng. Run as a separate program: some texts crash the library.

Arguments: the library, the folder of its data. stdin: a line of JSON [voice, text] each; stdout: for each a line of
JSON, the phones in IPA with "_" between them and spaces between words, or null without such a voice. Exit status: 0 at
the end of stdin, 3 without the library or its data. Only the standard library is imported, so that it starts fast.
"""

import ctypes
import json
import os
import sys

__all__ = ["NO_LIBRARY"]

NO_LIBRARY = 3

# Names and values of espeak-ng/speak_lib.h.
AUDIO_OUTPUT_SYNCHRONOUS = 2
INITIALIZE_DONT_EXIT = 0x8000
CHARS_UTF8 = 1
PHONEMES_IPA = 2
BETWEEN = "_"
# Bytes of a path at most; with the names of its files the library has room for 160.
LONGEST_PATH = 130


def load(path: str, data: str) -> ctypes.CDLL:
    """The library, ready to read. Raises OSError without it or its data."""
    library = ctypes.CDLL(path)
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
    if library.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, short_path(data), INITIALIZE_DONT_EXIT) <= 0:
        raise OSError(f"no data in {data}")
    return library


def short_path(folder: str) -> bytes:
    """The path of a folder as the library takes it, which cuts paths of more than LONGEST_PATH bytes."""
    path = os.fsencode(folder)
    if sys.platform == "win32":
        # Its C library reads names in the code page of the system.
        return folder.encode("mbcs", "replace")
    if len(path) > LONGEST_PATH and sys.platform == "linux":
        # A second name of the folder, as long as this process keeps it open.
        return b"/proc/self/fd/%d" % os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    return path


def phones(library: ctypes.CDLL, text: str) -> str:
    """What the library says for a text in the voice that is set."""
    # A zero byte would end the text for the library.
    rest = ctypes.c_char_p(text.replace("\0", " ").encode("utf-8", "ignore"))
    said = []
    # One call reads a clause.
    while rest.value:
        part = library.espeak_TextToPhonemes(ctypes.byref(rest), CHARS_UTF8, PHONEMES_IPA | ord(BETWEEN) << 8)
        said.append((part or b"").decode("utf-8", "ignore"))
    return " ".join(said)


def main() -> int:
    """Answer the requests. Returns the exit status."""
    try:
        library = load(*sys.argv[1:3])
    except OSError:
        return NO_LIBRARY
    for line in sys.stdin.buffer:
        voice, text = json.loads(line)
        known = library.espeak_SetVoiceByName(voice.encode()) == 0
        sys.stdout.write(json.dumps(phones(library, text) if known else None) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
