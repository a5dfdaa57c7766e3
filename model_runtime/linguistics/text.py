"""Written transcript -> its spoken words, in lower-case letters."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii
from num2words import num2words

from model_runtime import limits
from model_runtime.errors import InputError

__all__ = ["check_transcript", "spoken_words"]

# A transcript may be any text, so every pattern below takes time in proportion to the length of the text.
OPENING = re.compile(r"[\[(<{]")
# Opening bracket -> closing bracket.
CLOSING = {"[": "]", "(": ")", "<": ">", "{": "}"}
# Typographic quotes, dashes and dots -> apostrophes and spaces.
QUOTES = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "`": "'", "´": "'", "–": " ", "—": " ", "…": " "})
# Abbreviation without its last full stop -> spoken words.
ABBREVIATIONS = {
    "mr": "mister",
    "mrs": "missus",
    "ms": "miz",
    "dr": "doctor",
    "prof": "professor",
    "st": "saint",
    "vs": "versus",
    "etc": "et cetera",
    "no": "number",
    "e.g": "for example",
    "i.e": "that is",
    "approx": "approximately",
}
SIGNS = {"&": "and", "+": "plus", "=": "equals", "%": "percent", "@": "at", "°": "degrees", "#": "number"}
# Sign -> name of the unit and of its hundredth.
CURRENCIES = {"$": ("dollar", "cent"), "£": ("pound", "pence"), "€": ("euro", "cent")}
INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}")
# A word or an abbreviation with its full stops; no letter or full stop stands before it.
STOPPED = re.compile(r"(?<![\w.])[\w.]++(?=\s|$)")
FOLLOWED_BY_NUMBER = re.compile(r"\s*\d")
MONEY = re.compile(r"([$£€])\s?(\d[\d,]*)(?:\.(\d\d))?(?!\d)")
CLOCK = re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)\b")
ORDINAL = re.compile(r"\b(\d{1,15})(?:st|nd|rd|th)\b", re.IGNORECASE)
YEAR = re.compile(r"(?<![\d.,])(1[1-9]\d\d|20[1-9]\d)(?![\d,]|\.\d)")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
# Longer runs of letters are no words and are split every 40 letters.
WORD = re.compile(r"[a-z']{1,40}")
# Digits; longer numbers are read digit by digit.
LONGEST_NUMBER = 15
# Names of the digits 0 to 9.
DIGITS = tuple(num2words(digit) for digit in range(10))
# Combining marks kept on one letter, as in Unicode's stream-safe text format; sorting more takes very long.
MARKS = 30


def check_transcript(transcript: str | None) -> None:
    """Raises InputError for a transcript of more than TRANSCRIPT_LETTERS characters."""
    if transcript is not None and len(transcript) > limits.TRANSCRIPT_LETTERS:
        raise InputError(
            f"The transcript has {len(transcript)} characters; {limits.TRANSCRIPT_LETTERS} are the most, so cut it."
        )


def spoken_words(transcript: str) -> tuple[str, ...]:
    """The spoken words of `transcript`, each of letters a-z and inner apostrophes.

    Numbers are spelled out in English, signs and common abbreviations expanded, [stage directions] and (remarks) left
    out, letters of other alphabets transliterated. Any text gives a result; a text without words gives an empty tuple.
    """
    text = unicodedata.normalize("NFKC", _with_few_marks(transcript)).translate(QUOTES)
    # NFKC can turn one letter into eighteen.
    text = text[: 2 * limits.TRANSCRIPT_LETTERS]
    text = _without_directions(text)
    text = INITIALS.sub(_initials, text)
    text = STOPPED.sub(_abbreviation, text)
    text = MONEY.sub(_money, text)
    text = CLOCK.sub(_clock, text)
    text = ORDINAL.sub(lambda match: f" {_said(int(match[1]), 'ordinal')} ", text)
    text = YEAR.sub(lambda match: f" {_said(int(match[1]), 'year')} ", text)
    text = NUMBER.sub(_number, text)
    for sign, word in SIGNS.items():
        text = text.replace(sign, f" {word} ")
    words = (word.strip("'") for word in WORD.findall(anyascii(text).lower()))
    return tuple(word for word in words if word)


@lru_cache(maxsize=10_000)
def _said(number: int, kind: str = "cardinal") -> str:
    """A number in English words. kind: "cardinal", "ordinal" or "year"."""
    return num2words(number, to=kind)


def _initials(match: re.Match) -> str:
    """Initials such as "U.S." as separate letters, or the words of an abbreviation."""
    known = ABBREVIATIONS.get(match[0].lower().rstrip("."))
    return f" {known} " if known else " " + " ".join(match[0].replace(".", " ").split()) + " "


def _abbreviation(match: re.Match) -> str:
    """The spoken words of an abbreviation; other words stay."""
    start, word = len(match[0]) - len(match[0].lstrip(".")), match[0].lstrip(".").lower()
    known = ABBREVIATIONS.get(word[:-1]) if word.endswith(".") else None
    # "No." is an abbreviation only before a number.
    if known is None or (word == "no." and not FOLLOWED_BY_NUMBER.match(match.string, match.end())):
        return match[0]
    return match[0][:start] + known


def _money(match: re.Match) -> str:
    """An amount of money, "$3.50", in words."""
    whole, parts = match[2].replace(",", "").lstrip("0") or "0", int(match[3] or 0)
    unit, cent = CURRENCIES[match[1]]
    said = f"{_cardinal(whole)} {unit}{'' if len(whole) == 1 and int(whole) == 1 else 's'}"
    if parts:
        said += f" {_said(parts)} {cent if cent == 'pence' or parts == 1 else cent + 's'}"
    return f" {said} "


def _clock(match: re.Match) -> str:
    """A time of day, "7:05", in words."""
    hour, minute = int(match[1]), int(match[2])
    if not minute:
        return f" {_said(hour)} o'clock "
    return f" {_said(hour)} {'oh ' if minute < 10 else ''}{_said(minute)} "


def _number(match: re.Match) -> str:
    """A number, "1,250.5", in words."""
    whole, _, decimals = match[0].replace(",", "").partition(".")
    said = _cardinal(whole)
    if decimals:
        said += " point " + _digits(decimals)
    return f" {said} "


def _cardinal(digits: str) -> str:
    """A whole number in words; digit by digit with a leading 0 or more than LONGEST_NUMBER digits."""
    telephone = len(digits) > 1 and digits.startswith("0")
    return _digits(digits) if telephone or len(digits) > LONGEST_NUMBER else _said(int(digits))


def _digits(digits: str) -> str:
    """The digits one by one, in words."""
    return " ".join(DIGITS[int(digit)] for digit in digits)


def _without_directions(text: str) -> str:
    """`text` without brackets and their contents, up to the first closing bracket; unclosed brackets stay."""
    kept, done, start = [], 0, 0
    # Kinds of brackets that nothing closes further on: each kind is searched in vain only once.
    unclosed: set[str] = set()
    while opened := OPENING.search(text, start):
        start = opened.end()
        end = -1 if opened[0] in unclosed else text.find(CLOSING[opened[0]], start)
        if end < 0:
            unclosed.add(opened[0])
            continue
        kept += [text[done : opened.start()], " "]
        done = start = end + 1
    return "".join([*kept, text[done:]])


def _with_few_marks(text: str) -> str:
    """`text` with at most MARKS combining marks on a letter."""
    if not any(map(unicodedata.combining, text)):
        return text
    kept, count = [], 0
    for letter in text:
        count = count + 1 if unicodedata.combining(letter) else 0
        if count <= MARKS:
            kept.append(letter)
    return "".join(kept)
