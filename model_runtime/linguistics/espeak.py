"""Words of any language -> phones in IPA, by espeak-ng (its library and data come with the package espeakng_loader).

The library keeps one voice for the whole process, so that every call holds a lock.
"""

import ctypes
import os
import re
import sys
import threading
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import espeakng_loader

from model_runtime.errors import InputError
from model_runtime.linguistics.sounds import sounds_of

__all__ = ["LONGEST_WORD", "Language", "check_language", "languages", "phones_of", "word_sounds"]

# Letters of a word at most; what is longer is cut. The library's buffers hold some hundred bytes a word.
LONGEST_WORD = 60
# Signs within words and numbers.
SIGNS = "'’ʼ.,:·-%"
# Bytes of a path at most; with the names of its files the library has room for 160.
LONGEST_PATH = 130
# Entries of the cache of pronunciations.
REMEMBERED = 65536

# Names and values of espeak-ng/speak_lib.h.
AUDIO_OUTPUT_SYNCHRONOUS = 2
INITIALIZE_DONT_EXIT = 0x8000
CHARS_UTF8 = 1
PHONEMES_IPA = 2
# Character that stands between two phones.
BETWEEN = "_"
# A mark of another language's pronunciation: "(en)".
OTHER_LANGUAGE = re.compile(r"\([a-z-]+\)")
# Invented languages and spellings, which nobody's recordings are in.
LEFT_OUT = ("en-shaw", "piqd", "py", "qdb", "qya", "sjn", "xex", "jbo", "io", "lfn")

# Language -> the name of its dictionary, where it is not its own.
DICTIONARIES = {"nb": "no", "hyw": "hy", "ltg": "lv"}
# Codes that people write -> those of espeak-ng.
OTHER_CODES = {"zh": "cmn", "zh-cn": "cmn", "zh-tw": "cmn", "no": "nb", "en": "en-us", "iw": "he", "in": "id"}


class VoiceEntry(ctypes.Structure):
    """espeak_VOICE."""

    _fields_ = [
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("reserved", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    ]


@dataclass(frozen=True)
class Language:
    """A language or a variety of one. code: such as "de" or "pt-br". name: in English. voice: espeak-ng's name."""

    code: str
    name: str
    voice: str


@dataclass
class Library:
    """The loaded library; voice: the one that is set. Not safe for several threads without `lock`."""

    functions: ctypes.CDLL
    lock: threading.Lock
    voice: str = ""


@cache
def _library() -> Library:
    """The library, loaded once. Raises InputError when it or its data is missing."""
    data = Path(espeakng_loader.get_data_path())
    try:
        functions = ctypes.CDLL(str(espeakng_loader.get_library_path()))
    except OSError as error:
        raise InputError("espeak-ng cannot be loaded; install the runtime again.") from error
    functions.espeak_TextToPhonemes.restype = ctypes.c_char_p
    functions.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
    functions.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(VoiceEntry))
    if functions.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, _short_path(data), INITIALIZE_DONT_EXIT) <= 0:
        raise InputError(f"espeak-ng finds no data in {data}; install the runtime again, in a shorter path.")
    return Library(functions, threading.Lock())


def _short_path(folder: Path) -> bytes:
    """The path of a folder as the library takes it, which cuts paths of more than LONGEST_PATH bytes."""
    path = os.fsencode(folder)
    if sys.platform == "win32":
        # Its C library reads names in the code page of the system.
        return str(folder).encode("mbcs", "replace")
    if len(path) > LONGEST_PATH and sys.platform == "linux":
        # A second name of the folder, as long as the process keeps it open.
        return b"/proc/self/fd/%d" % os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    return path


@cache
def languages() -> dict[str, Language]:
    """The languages by code, in the order of their names."""
    library = _library()
    data = Path(espeakng_loader.get_data_path())
    found: list[Language] = []
    with library.lock:
        entries = library.functions.espeak_ListVoices(None)
        index = 0
        while entries[index]:
            entry = entries[index].contents
            # The first byte of the languages is a priority.
            code, voice = entry.languages[1:].decode(), entry.identifier.decode()
            family = DICTIONARIES.get(code, code.split("-")[0])
            has_words = (data / f"{family}_dict").is_file()
            if has_words and code not in LEFT_OUT and not any(code == one.code for one in found):
                found.append(Language(code, entry.name.decode().strip(), voice))
            index += 1
    return {language.code: language for language in sorted(found, key=lambda language: language.name)}


def check_language(code: str) -> str:
    """The code of a language as `languages` has it; "fr" is "fr-fr", "zh" is "cmn". Raises InputError."""
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
    """The sounds (of `sounds.SOUNDS`, without pauses) of a word or a number, in a language of `languages`.

    Empty for a word without a sound. Words of several parts give the sounds of all.
    """
    # Other characters, such as unassigned ones, can crash the library.
    readable = (c for c in word if unicodedata.category(c)[0] in "LMN" or c in SIGNS)
    return _sounds(unicodedata.normalize("NFC", "".join(readable))[:LONGEST_WORD], language)


@lru_cache(REMEMBERED)
def _sounds(word: str, language: str) -> tuple[str, ...]:
    return tuple(sound for part in phones_of(word, language) for phone in part for sound in sounds_of(phone))


def phones_of(text: str, language: str) -> tuple[tuple[str, ...], ...]:
    """The phones in IPA, with marks of stress, length and tone, of each word that espeak-ng says for a text."""
    said = OTHER_LANGUAGE.sub("", _said(text, language))
    if not language.startswith("en"):
        # Only English has a rounded vowel with this letter; elsewhere it is the last one of German "Vater".
        said = said.replace("ɜ", "ɐ")
    return tuple(tuple(phone for phone in word.split(BETWEEN) if phone) for word in said.split())


def _said(text: str, language: str) -> str:
    """What espeak-ng says for a text: phones in IPA with BETWEEN, words with spaces between them."""
    library = _library()
    voice = languages()[language].voice
    # A zero byte would end the text for the library.
    rest = ctypes.c_char_p(text.replace("\0", " ").encode("utf-8", "ignore"))
    said = []
    with library.lock:
        if library.voice != voice:
            if library.functions.espeak_SetVoiceByName(voice.encode()) != 0:
                raise InputError(f'espeak-ng cannot read "{language}"; choose another language.')
            library.voice = voice
        # One call reads a clause.
        while rest.value:
            mode = PHONEMES_IPA | ord(BETWEEN) << 8
            said.append(library.functions.espeak_TextToPhonemes(ctypes.byref(rest), CHARS_UTF8, mode) or b"")
    return " ".join(part.decode("utf-8", "ignore") for part in said)
