"""Text in any encoding: Unicode, or the code pages of older programs, which files do not name."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from model_runtime.errors import InputError
from model_runtime.files.input_files import read_bytes

__all__ = ["WrittenText", "decode_text", "read_any_text"]

# The longer marks first: the one of UTF-32 begins as the one of UTF-16 does.
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
WESTERN = "cp1252"
# Languages -> their code pages: those of Windows, MS-DOS, Macintosh and older Unix.
PAGES = {
    "af ca da de en es eu fi fr ga gl id is it ms nb nl no pt sv sw": (WESTERN, "mac-roman"),
    "be bg kk ky mk ru sr tg tt uk": ("cp1251", "koi8-r", "cp866"),
    "bs cs hr hu pl ro sk sl sq": ("cp1250", "iso8859-2", "cp852"),
    "et lt lv": ("cp1257",),
    "az tr": ("cp1254",),
    "el": ("cp1253",),
    "he yi": ("cp1255",),
    "ar fa ur": ("cp1256",),
    "vi": ("cp1258",),
    "th": ("cp874",),
    "ja": ("cp932", "euc_jis_2004"),
    "cmn yue zh": ("gb18030", "big5hkscs"),
    "ko": ("cp949",),
}
PAGES_OF = {language: pages for languages, pages in PAGES.items() for language in languages.split()}
# Every code page once.
ANY = tuple(dict.fromkeys(page for pages in PAGES.values() for page in pages))
EASTERN = {page for language in ("pl", "lt", "tr", "vi") for page in PAGES_OF[language]}
LATIN = EASTERN | set(PAGES_OF["de"])
# Words of two scripts, and runs of letters beyond ASCII.
MIXED = re.compile(r"[A-Za-z][^\W\d_A-Za-z]|[^\W\d_A-Za-z][A-Za-z]")
BEYOND = re.compile(r"[^\W\d_A-Za-z]+")
# The guess for a short text may lie near another one: where the Western page is so likely beside the best one, or the
# best one less likely than this, it is the Western one. Of 204 files of one to four sentences in 22 languages, 196 are
# read rightly, and 202 where the language is given.
AS_LIKELY, UNSURE = 0.75, 0.025
# Code page -> its name in sentences.
NAMES = {
    **{f"cp{number}": f"Windows-{number}" for number in range(1250, 1259)},
    **{"cp874": "Windows-874", "cp932": "Shift-JIS", "euc_jis_2004": "EUC-JP", "cp949": "EUC-KR", "gb18030": "GBK"},
    **{"big5hkscs": "Big5", "iso8859-2": "ISO 8859-2", "mac-roman": "Mac Roman", "koi8-r": "KOI8-R"},
    **{"cp866": "DOS-866", "cp852": "DOS-852"},
}
# What stands for bytes that cannot be decoded.
LOST = "\ufffd"
# Of the letters of a text (in UTF-8: of those beyond ASCII), the share that may be damaged.
DAMAGED = 0.1
# Characters that no text has.
NO_TEXT = re.compile("[\0-\x08\x0e-\x19\x1c-\x1f]")


@dataclass(frozen=True)
class WrittenText:
    """text: what is written. page: the name of the code page that was assumed; empty for Unicode."""

    text: str
    page: str = ""

    def notes(self, name: str) -> tuple[str, ...]:
        """Sentences for the user on how a file of this name was read."""
        if not self.page:
            return ()
        return (f"{name} is not UTF-8; it was read as {self.page}. If its letters are wrong, save it as UTF-8.",)


def read_any_text(path: Path | str, most: int, kind: str, language: str = "") -> WrittenText:
    """The text of a file, as `decode_text`. most, kind: as `read_bytes`.

    Raises InputError as `read_bytes`, and for a file that is no text.
    """
    written = decode_text(read_bytes(path, most, kind), language)
    if NO_TEXT.search(written.text) or written.text.count(LOST) > DAMAGED * len(written.text):
        raise InputError(f"{path} is no text; save it as UTF-8.")
    return written


def decode_text(data: bytes, language: str = "") -> WrittenText:
    """Decoded as its mark says, else as UTF-8, else in the code page in which it looks most like a language.

    language: a code such as de; only its code pages are then considered, where one can be. What cannot be decoded
    becomes LOST.
    """
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return WrittenText(data.decode(encoding, errors="replace"))
    if b"\0" in data[:4]:
        return WrittenText(data.decode("utf-16-be" if data[:1] == b"\0" else "utf-16-le", errors="replace"))
    text = data.decode("utf-8", errors="replace")
    if text.count(LOST) <= DAMAGED * sum(not letter.isascii() for letter in text):
        return WrittenText(text)
    page = _page(data, PAGES_OF.get(language.split("-")[0], ())) or _page(data, ANY) or WESTERN
    return WrittenText(data.decode(page, errors="replace"), NAMES[page])


def _page(data: bytes, pages: tuple[str, ...]) -> str:
    """Of the code pages that can be, the likeliest; empty for none."""
    # Imported here: few texts need it.
    import chardet

    possible = [page for page in pages if _can_be(data, page)]
    if len(possible) < 2:
        return "".join(possible)
    ranked = chardet.detect_all(data, ignore_threshold=True, include_encodings=possible, compat_names=False)
    sure = {str(each["encoding"]): each["confidence"] for each in ranked if each["encoding"] in possible}
    best = max(sure, key=sure.__getitem__, default=possible[0])
    western = sure.get(WESTERN, 0.0) >= AS_LIKELY * sure.get(best, 0.0) or sure.get(best, 0.0) < UNSURE
    best = WESTERN if western and best in EASTERN and WESTERN in possible else best
    # Of pages in which the text is the same, the first: that of Windows.
    text = data.decode(best)
    return next(page for page in possible if data.decode(page) == text)


def _can_be(data: bytes, page: str) -> bool:
    """Whether data can be decoded in a code page, into words of one script each."""
    try:
        text = data.decode(page)
    except UnicodeDecodeError:
        return False
    return page in LATIN or 2 * len(MIXED.findall(text)) < max(len(BEYOND.findall(text)), 1)
