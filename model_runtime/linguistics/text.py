"""A transcript as people write it -> the words that are spoken, in lower-case letters."""

import re
import unicodedata

from anyascii import anyascii
from num2words import num2words

__all__ = ["spoken_words"]

DIRECTIONS = re.compile(r"\[[^\]]*\]|\([^)]*\)|<[^>]*>|\{[^}]*\}")
QUOTES = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "`": "'", "´": "'", "–": " ", "—": " ", "…": " "})
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
CURRENCIES = {"$": ("dollar", "cent"), "£": ("pound", "pence"), "€": ("euro", "cent")}
MONEY = re.compile(r"([$£€])\s?(\d[\d,]*)(?:\.(\d\d))?(?!\d)")
CLOCK = re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)\b")
ORDINAL = re.compile(r"\b(\d{1,15})(?:st|nd|rd|th)\b", re.IGNORECASE)
YEAR = re.compile(r"(?<![\d.,])(1[1-9]\d\d|20[1-9]\d)(?![\d,]|\.\d)")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
WORD = re.compile(r"[a-z']{1,40}")  # what is longer is no word: it is read in pieces
LONGEST_NUMBER = 15  # digits; longer ones are read digit by digit


def spoken_words(transcript: str) -> tuple[str, ...]:
    """The words of `transcript`, each of a-z and inner apostrophes.

    Numbers are spelled out as in English, signs and common abbreviations expanded, [stage directions] and (such) left
    out, letters of other alphabets transliterated. Any text gives a result; a text without words gives none.
    """
    text = unicodedata.normalize("NFKC", transcript).translate(QUOTES)
    text = DIRECTIONS.sub(" ", text)
    text = re.sub(r"\b(?:[A-Za-z]\.){2,}", _initials, text)
    text = re.sub(r"\b(\w[\w.]*)\.(?=\s|$)", _abbreviation, text)
    text = MONEY.sub(_money, text)
    text = CLOCK.sub(_clock, text)
    text = ORDINAL.sub(lambda match: f" {num2words(int(match[1]), to='ordinal')} ", text)
    text = YEAR.sub(lambda match: f" {num2words(int(match[1]), to='year')} ", text)
    text = NUMBER.sub(_number, text)
    for sign, word in SIGNS.items():
        text = text.replace(sign, f" {word} ")
    words = (word.strip("'") for word in WORD.findall(anyascii(text).lower()))
    return tuple(word for word in words if word)


def _initials(match: re.Match) -> str:
    known = ABBREVIATIONS.get(match[0].lower().rstrip("."))
    return f" {known} " if known else " " + " ".join(match[0].replace(".", " ").split()) + " "


def _abbreviation(match: re.Match) -> str:
    # "No." before a number is an abbreviation; at the end of a sentence it is an answer.
    word = match[1].lower()
    followed_by_number = re.match(r"\s*\d", match.string[match.end() :]) is not None
    if word == "no" and not followed_by_number:
        return match[0]
    return ABBREVIATIONS.get(word, match[0])


def _money(match: re.Match) -> str:
    whole, parts = int(match[2].replace(",", "")), int(match[3] or 0)
    unit, cent = CURRENCIES[match[1]]
    said = f"{_cardinal(str(whole))} {unit}{'' if whole == 1 else 's'}"
    if parts:
        said += f" {num2words(parts)} {cent if cent == 'pence' or parts == 1 else cent + 's'}"
    return f" {said} "


def _clock(match: re.Match) -> str:
    hour, minute = int(match[1]), int(match[2])
    if not minute:
        return f" {num2words(hour)} o'clock "
    return f" {num2words(hour)} {'oh ' if minute < 10 else ''}{num2words(minute)} "


def _number(match: re.Match) -> str:
    whole, _, decimals = match[0].replace(",", "").partition(".")
    said = _cardinal(whole)
    if decimals:
        said += " point " + _digits(decimals)
    return f" {said} "


def _cardinal(digits: str) -> str:
    telephone = len(digits) > 1 and digits.startswith("0")
    return _digits(digits) if telephone or len(digits) > LONGEST_NUMBER else num2words(int(digits))


def _digits(digits: str) -> str:
    return " ".join(num2words(int(digit)) for digit in digits)
