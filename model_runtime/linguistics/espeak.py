"""Words of any language -> phones in IPA, by espeak-ng (its library and data come with the package espeakng_loader).

The library runs in a process of its own, as some texts crash it: a word that does is left out.
"""

import json
import re
import subprocess
import sys
import threading
import unicodedata
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

import espeakng_loader

from model_runtime.errors import InputError
from model_runtime.linguistics import espeak_reader
from model_runtime.linguistics.espeak_reader import BETWEEN, NO_LIBRARY
from model_runtime.linguistics.sounds import written_sounds
from model_runtime.schema import languages

__all__ = ["LONGEST_WORD", "check_language", "phones_of", "word_sounds", "written_word_sounds"]

# Letters of a word at most; what is longer is cut. The library's buffers hold some hundred bytes a word.
LONGEST_WORD = 60
# Entries of the cache of pronunciations.
REMEMBERED = 65536
# Seconds after which the library is taken to hang in a text.
PATIENCE = 10.0
# A mark of another language's pronunciation: "(en)".
OTHER_LANGUAGE = re.compile(r"\([a-z-]+\)")
# Codes that people write -> those of espeak-ng.
OTHER_CODES = {"zh": "cmn", "zh-cn": "cmn", "zh-tw": "cmn", "no": "nb", "en": "en-us", "iw": "he", "in": "id"}
# Signs within words and numbers.
SIGNS = "'’ʼ.,:·-%"


@dataclass
class Reader:
    """The process of the library, started when it is first needed, and again after it has died."""

    process: subprocess.Popen[bytes] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, voice: str, text: str) -> str:
        """What the library says for a text; empty for a text that it crashes or hangs on. Raises InputError when the
        library is missing."""
        with self.lock:
            if self.process is None or self.process.poll() is not None:
                self.process = self._started()
            process = self.process
            assert process.stdin is not None
            assert process.stdout is not None
            timer = threading.Timer(PATIENCE, process.kill)
            timer.start()
            try:
                process.stdin.write(json.dumps([voice, text]).encode() + b"\n")
                process.stdin.flush()
                line = process.stdout.readline()
            except OSError:
                line = b""
            finally:
                timer.cancel()
            if not line and process.wait() == NO_LIBRARY:
                raise InputError("espeak-ng cannot be loaded; install the runtime again, in a shorter path.")
        return (json.loads(line) or "") if line else ""

    def _started(self) -> subprocess.Popen[bytes]:
        files = (espeakng_loader.get_library_path(), espeakng_loader.get_data_path())
        command = [sys.executable, "-I", "-S", str(Path(espeak_reader.__file__)), *map(str, files)]
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )


@cache
def _reader() -> Reader:
    """The one of this process: a library that is loaded once serves all languages."""
    return Reader()


def check_language(code: str) -> str:
    """The code of a language as `schema.languages` has it; "fr" is "fr-fr", "zh" is "cmn". Raises InputError."""
    wanted = code.strip().lower().replace("_", "-")
    known = languages()
    wanted = OTHER_CODES.get(wanted, wanted)
    main = OTHER_CODES.get(wanted.split("-")[0], wanted.split("-")[0])
    of_main = [found for found in known if found.split("-")[0] == main.split("-")[0]]
    for candidate in (wanted, main, "fr-fr" if main == "fr" else "", *of_main):
        if candidate in known:
            return candidate
    raise InputError(f'There is no language "{code}"; give a code such as en-us, de, fr-fr, es or ja.')


def word_sounds(word: str, language: str) -> tuple[str, ...]:
    """The sounds of `written_word_sounds` alone."""
    return tuple(sound for sound, _ in written_word_sounds(word, language))


def written_word_sounds(word: str, language: str) -> tuple[tuple[str, str], ...]:
    """The sounds (of `sounds.SOUNDS`, without pauses) of a word or a number, in a language of `schema.languages`, each
    with its letters in IPA.

    Empty for a word without a sound. Words of several parts give the sounds of all. Raises InputError when espeak-ng
    is missing.
    """
    readable = (c for c in word if unicodedata.category(c)[0] in "LMN" or c in SIGNS)
    return _sounds(unicodedata.normalize("NFC", "".join(readable))[:LONGEST_WORD], language)


@lru_cache(REMEMBERED)
def _sounds(word: str, language: str) -> tuple[tuple[str, str], ...]:
    return tuple(each for part in phones_of(word, language) for phone in part for each in written_sounds(phone))


def phones_of(text: str, language: str) -> tuple[tuple[str, ...], ...]:
    """The phones in IPA, with marks of stress, length and tone, of each word that espeak-ng says for a text."""
    said = OTHER_LANGUAGE.sub("", _reader().ask(languages()[language].voice, text))
    if not language.startswith("en"):
        # Only English has a rounded vowel with this letter; elsewhere it is the last one of German "Vater".
        said = said.replace("ɜ", "ɐ")
    return tuple(tuple(phone for phone in word.split(BETWEEN) if phone) for word in said.split())
