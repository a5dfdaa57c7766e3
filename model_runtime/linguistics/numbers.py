"""Numbers, money, dates, times and units of a written text -> the words that an English speaker says."""

import re
from collections.abc import Callable
from functools import lru_cache

from num2words import num2words

from model_runtime.linguistics.units import CURRENCIES, EACH, IRREGULAR, LARGE_NAMES, SCALES, UNCHANGED, UNITS

__all__ = ["spell_numbers"]

# Every pattern takes time in proportion to the length of the text.
# Digits; longer numbers are read digit by digit.
LONGEST_NUMBER = 15
# Names of the digits 0 to 9.
DIGITS = tuple(num2words(digit) for digit in range(10))
SCALE = r"(?:\s?(hundred|thousand|million|billion|trillion|[kKmMbBtT][nN]?)\b(?!['’]))?"
DENOMINATORS = {2: ("half", "halves"), 4: ("quarter", "quarters")}
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MONTH = r"(Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
MONTH += r"|Nov(?:ember)?|Dec(?:ember)?)"
# "9/11" and "24/7" are no fractions.
NO_FRACTIONS = {("24", "7"), ("9", "11"), ("50", "50"), ("20", "20")}

GROUPED = r"\d{1,3}(?:,\d{3})+|\d[\d]*"
AMOUNT = rf"((?:{GROUPED})?(?:\.\d+)?)"
PER = rf"(?:\s?/\s?({'|'.join(sorted(map(re.escape, EACH), key=len, reverse=True))})(?!\w))?"
SIGN = "|".join(re.escape(sign) for sign in CURRENCIES if len(sign) == 1)
CODE = "|".join(sign for sign in CURRENCIES if len(sign) == 3)
MINUS = r"(?<![\w.,)%])([-−])?"
MONEY = re.compile(rf"{MINUS}(?:US|AU|CA|A|C)?({SIGN}|(?:{CODE})\s)\s?([-−])?(?=\.?\d){AMOUNT}(?![\d]){SCALE}{PER}")
MONEY_RANGE = re.compile(rf"({SIGN})\s?(\d(?:[\d,.]{{0,20}}\d)?(?:[kKmMbB][nN]?)?)\s?[-–—]\s?(?:{SIGN})?(?=\d)")
MONEY_AFTER = re.compile(rf"{MINUS}(?=\.?\d){AMOUNT}(?!\d){SCALE}\s?({SIGN}|(?:{CODE})\b)(?!\d){PER}")
SINGULAR_BEFORE = re.compile(r"\b[Aa]n?\s$")
ISO_DATE = re.compile(r"(?<![\d/.-])(\d{4})([-/.])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?![\d-])T?")
SLASH_DATE = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2((?:19|20)\d\d|(?<!-)\d\d)(?![\d/.-]\d)")
MONTH_DAY = re.compile(rf"\b{MONTH}\.?\s(\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.]\d|\d|\s?(?:%|[ap]\.?m\b))")
DAY_MONTH = re.compile(rf"(?<![\d:.,/])\b(\d{{1,2}})(?:st|nd|rd|th)?\s{MONTH}\b\.?(?!\w)")
MONTH_ALONE = re.compile(rf"\b{MONTH}(?:\.|(?=\s(?:1\d|20)\d\d\b))")
DECADE = re.compile(r"(?<![\w.,$£€])['’]?((?:1\d|20)?\d0)['’]?s\b")
CLOCK = re.compile(r"(?<![\d:.,])([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?![\d:]|\.\d)(?:\s?([AaPp])\.?[Mm]\b\.?)?")
UK_CLOCK = re.compile(r"(?<![\d:.,$£€])(0?[1-9]|1[0-2])\.([0-5]\d)(?=\s?[AaPp]\.?[Mm]\b)")
DURATION = re.compile(
    r"(?<![\w.,])(?:(\d{1,3})\s?h(?:rs?)?\s?(?=\d)(\d{1,2})\s?m(?:in)?|(\d{1,3})\s?m(?:in)?(?=\s?\d{1,2}\s?s))"
    r"(?:\s?(\d{1,2})\s?s(?:ec)?)?(?!\w)"
)
HOURS = re.compile(r"(?<=\d[ap]m)\s?[-–—]\s?(?=\d)", re.IGNORECASE)
HOUR = re.compile(r"(?<![\d:.,])(1[0-2]|0?[1-9])\s?([AaPp])\.?[Mm]\b\.?")
RATIO = re.compile(r"(?<![\d:.,])(\d{1,3}):(\d{1,3})(?![\d:]|[.,]\d)")
# "+44 20 7946 0958", "555.123.4567", "5551234567", "9-1-1" and other chains of numbers.
ABROAD = re.compile(r"(?<![\w.,])\+\d{1,3}(?:[ ./-]{1,2}\d{1,5}){2,6}(?![\d-]|[.,]\d)")
LONG_PHONE = re.compile(r"(?<![\w.,-])(?:\d{3}\.\d{3}\.\d{4}|\d{10,15}(?<!000))(?![\w-]|[.,]\d)")
CHAIN = re.compile(r"(?<![\w.,-])\d{1,7}(?:-\d{1,7}){2,8}(?![\w-])")
# Thousands with a space or an apostrophe between them, decimals after a comma, and large numbers with a letter.
SPACED = re.compile(
    r"(?<![\d.,])\d{1,3}(?:(?: \d{3}){0,4} 000(?! ?\d)|(?: \d{3}){2,4}(?! ?\d)|(?:['’]\d{3}){1,4})(?![\d.])"
)
COMMA = re.compile(r"(?<![\d,.])(\d{1,6}),(\d{1,2})(?![\d,]|\.\d)")
LARGE = re.compile(r"(?<![\w.,])(\d{1,3}\.\d{1,2})\s?([MB]|[mb]n)\b|(?<![\w.,])(\d{1,3})\s?(M|[mb]n|mil)\b(?!['’])")
SCREEN = re.compile(r"(?<![\w.,])(\d{1,2})(\d\d)([pi])\b(?!['’])")
OLD_YEAR = re.compile(r"(?<=\b[Ii]n )(10)(\d\d)(?![\d.,]\d|\d)")
INCHES = re.compile(r"(?<=\dft )(\d{1,2})\s?in\b|(?<=\d ft )(\d{1,2})\s?in\b")
PHONE = re.compile(r"(?<![\w.,])(?:\+\d{1,3}[ .-]|1[ -])?(?:\d{3}[ .-]{1,2}){1,2}\d{4}(?![\d-]|[.,]\d)")
FRACTION = re.compile(r"(?<![\d/.,])(?:(\d{1,3})[\s-])?(\d{1,3})[/⁄](\d{1,3})(?![\d/⁄]|[.,]\d)")
FEET = re.compile(r"(?<![\w.])(\d{1,2})['’′]\s?(?:(\d{1,2})(?:\"|”|″|''|’’)?)(?!\w)")
UNIT_NAMES = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
MEASURE = re.compile(rf"(?<![\w.,])([-−])?(?=\.?\d){AMOUNT}\s?({UNIT_NAMES})(?:{PER}(?![\w²³]|['’]\w|/\w))")
RANGE = re.compile(r"(?<=\d)(\s?%|°)?\s?[-–—]\s?(?=[$£€]?\d)")
TIMES = re.compile(r"(?<=\d)\s?[x×](?=\s?\d)")
MULTIPLIED = re.compile(r"(?<=\d)\s?\*\s?(?=\d)")
ORDINAL = re.compile(r"(?<![\w.])(\d{1,3}(?:,\d{3})+|\d{1,15})(?:st|nd|rd|th)\b(['’]s\b)?", re.IGNORECASE)
EMERGENCY = re.compile(r"(?<![\w.,$-])(911|999|411|007)(?![\w%]|[.,-]\d)")
YEAR = re.compile(r"(?<![\d.,])(1[1-9]\d\d|20[1-9]\d)(?!\d|[.,]\d)")
# A version ("4.2.1"), an address of the net, or a large number with full stops between its thousands.
DOTTED = re.compile(r"(?<![\w.,])\d{1,9}(?:\.\d{1,9}){2,8}(?!\w|[.,]\d)")
THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
NEGATIVE = re.compile(r"(?<![\w.,)%])[-−](?=\.?\d)")
DECIMALS = re.compile(r"(?<![\d,.])\.(\d+)")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def spell_numbers(text: str) -> str:
    """The text with its numbers, and the units, currencies and dates around them, in words."""
    for pattern, words in RULES:
        text = pattern.sub(words, text)
    return text


@lru_cache(maxsize=10_000)
def _said(number: int, kind: str = "cardinal") -> str:
    """A number in English words. kind: "cardinal", "ordinal" or "year"."""
    return num2words(number, to=kind)


def _cardinal(digits: str) -> str:
    """A whole number in words; digit by digit with a leading 0 or more than LONGEST_NUMBER digits."""
    telephone = len(digits) > 1 and digits.startswith("0")
    return _digits(digits) if telephone or len(digits) > LONGEST_NUMBER else _said(int(digits))


def _digits(digits: str) -> str:
    """The digits one by one, in words; other characters are left out."""
    return " ".join(DIGITS[int(digit)] for digit in digits if digit in "0123456789")


def _amount(written: str) -> str:
    """A number with commas and a decimal point in words: "1,250.5", ".5"."""
    whole, _, decimals = written.replace(",", "").partition(".")
    said = _cardinal(whole) if whole else ""
    return f"{said} point {_digits(decimals)}" if decimals else said


def _plural(unit: str, one: bool) -> str:
    """A unit's name after a number. one: the number is 1."""
    first, space, rest = unit.partition(" per ")
    head, _, last = first.rpartition(" ")
    if first.startswith("degree "):
        head, last, rest, space = "", "degree", first.removeprefix("degree "), " "
    if not one and last not in UNCHANGED and not last.endswith("hertz"):
        last = IRREGULAR.get(last, last + "s")
    return f"{head} {last}{space}{rest}".strip()


def _of_money(minus: str | None, unit: str, amount: str, scale: str | None, match: re.Match) -> str:
    """An amount of money in words."""
    name, cent = CURRENCIES[unit.strip()]
    said = "minus " if minus else ""
    whole, _, parts = amount.replace(",", "").partition(".")
    article = SINGULAR_BEFORE.search(match.string, max(match.start() - 3, 0), match.start())
    if scale:
        return f" {said}{_amount(amount)} {SCALES.get(scale.lower(), scale)} {_plural(name, bool(article))} "
    if len(parts) not in (0, 2):
        return f" {said}{_amount(amount)} {_plural(name, False)} "
    whole, cents = whole.lstrip("0"), int(parts or 0)
    if whole or not cents:
        said += f"{_cardinal(whole or '0')} {_plural(name, whole == '1' or bool(article))}"
    return f" {said} {f'{_said(cents)} {_plural(cent, cents == 1)}' if cents else ''} "


def _each(name: str | None) -> str:
    """What stands behind a slash, in words."""
    return f"per {EACH[name]} " if name else ""


def _duration(match: re.Match) -> str:
    """ "1h 20m" and "2m 30s" in words."""
    parts = zip((match[1], match[2] or match[3], match[4]), ("hour", "minute", "second"), strict=True)
    return f" {' '.join(f'{_said(int(count))} {_plural(name, int(count) == 1)}' for count, name in parts if count)} "


def _digit_by_digit(match: re.Match) -> str:
    """A phone number or another chain of digits."""
    return f" {_digits(match[0])} "


def _year(year: int) -> str:
    return _said(year, "year") if 1100 <= year < 2000 or year >= 2010 else _said(year)


def _date(month: int, day: int, year: int) -> str:
    return f" {MONTHS[month - 1]} {_said(day, 'ordinal')} {_year(year)} "


def _slash_date(match: re.Match) -> str:
    """A date of numbers: month first as in America, unless it can only be the day; with full stops the day first."""
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    year += 0 if year > 99 else 1900 if year > 50 else 2000
    month, day = (second, first) if first > 12 or match[2] == "." else (first, second)
    return _date(month, day, year) if 1 <= month <= 12 and 1 <= day <= 31 else match[0]


def _month(name: str) -> str:
    return next(month for month in MONTHS if month.startswith(name[:3]))


def _day(match: re.Match) -> str:
    """A day before its month: "15 March"."""
    if not 1 <= int(match[1]) <= 31:
        return match[0]
    article = "" if re.search(r"\bthe\s$", match.string[max(match.start() - 5, 0) : match.start()]) else "the "
    return f" {article}{_said(int(match[1]), 'ordinal')} of {_month(match[2])} "


def _decade(match: re.Match) -> str:
    """A decade, "1990s", or the plural of a round number, "20s"."""
    said = _said(int(match[1]), "year" if 1100 <= int(match[1]) < 2000 or int(match[1]) > 2009 else "cardinal")
    return f" {said[:-1] + 'ies' if said.endswith('y') else said + 's'} "


def _clock(match: re.Match) -> str:
    """A time of day, "7:05", in words."""
    hour, minute = int(match[1]), int(match[2])
    half = f" {match[4]} m" if match[4] else ""
    if match[3]:
        return f" {_said(hour)} {_said(minute)} {_said(int(match[3]))}{half} "
    if not minute:
        return f" {_said(hour)}{half} " if half else f" {_said(hour)} o'clock "
    return f" {_said(hour)} {'oh ' if minute < 10 else ''}{_said(minute)}{half} "


def _dotted(match: re.Match) -> str:
    """Numbers with full stops between them: "4.2.1", "192.168.0.1", "1.000.000"."""
    if THOUSANDS.fullmatch(match[0]):
        return f" {_cardinal(match[0].replace('.', ''))} "
    parts = match[0].split(".")
    return f" {(' dot ' if len(parts) == 4 else ' point ').join(map(_cardinal, parts))} "


def _fraction(match: re.Match) -> str:
    """A fraction, "1/2" or "2 1/2", in words; "24/7" and the like as two numbers."""
    whole, above, below = match[1], int(match[2]), int(match[3])
    before = f"{_said(int(whole))} and " if whole else ""
    if (match[2], match[3]) in NO_FRACTIONS or not below:
        return f" {whole or ''} {_said(above)} {_said(below)} "
    if below > 20 and below not in (100,):
        return f" {before}{_said(above)} over {_said(below)} "
    if below == 1:
        return f" {before}{_said(above)} over one "
    ordinal = _said(below, "ordinal")
    one, several = DENOMINATORS.get(below, (ordinal, ordinal + "s"))
    if above == 1:
        return f" {before}{'a' if whole else 'one'} {one} "
    return f" {before}{_said(above)} {several} "


def _measure(match: re.Match) -> str:
    """A number with its unit, "5 kg"."""
    one = match[2] in ("1", "1.0")
    return f" {'minus ' if match[1] else ''}{_amount(match[2])} {_plural(UNITS[match[3]], one)} {_each(match[4])}"


def _feet(match: re.Match) -> str:
    """A height, 5'10", in words."""
    return f" {_said(int(match[1]))} foot {_said(int(match[2]))} "


# In the order in which they are applied.
RULES: tuple[tuple[re.Pattern, str | Callable[[re.Match], str]], ...] = (
    (UK_CLOCK, r"\1:\2"),
    (ABROAD, lambda match: f" {'plus ' if match[0][0] == '+' else ''}{_digits(match[0])} "),
    (SPACED, lambda match: re.sub(r"\D", "", match[0])),
    (COMMA, r"\1.\2"),
    (INCHES, lambda match: f"{_said(int(match[1] or match[2]))} {_plural('inch', (match[1] or match[2]) == '1')}"),
    (MONEY_RANGE, r" \2 to \1"),
    (MONEY, lambda match: _of_money(match[1] or match[3], match[2], match[4], match[5], match) + _each(match[6])),
    (MONEY_AFTER, lambda match: _of_money(match[1], match[4], match[2], match[3], match) + _each(match[5])),
    (ISO_DATE, lambda match: _date(int(match[3]), int(match[4]), int(match[1]))),
    (SLASH_DATE, _slash_date),
    (LONG_PHONE, _digit_by_digit),
    (PHONE, _digit_by_digit),
    (CHAIN, _digit_by_digit),
    (DOTTED, _dotted),
    (MONTH_DAY, lambda match: f" {_month(match[1])} {_said(int(match[2]), 'ordinal')} "),
    (DAY_MONTH, _day),
    (MONTH_ALONE, lambda match: _month(match[1])),
    (DURATION, _duration),
    (DECADE, _decade),
    (HOURS, " to "),
    (CLOCK, _clock),
    (HOUR, lambda match: f" {_said(int(match[1]))} {match[2]} m "),
    (RATIO, lambda match: f" {_said(int(match[1]))} to {_said(int(match[2]))} "),
    (FRACTION, _fraction),
    (FEET, _feet),
    (EMERGENCY, lambda match: f" {_digits(match[1])} "),
    (RANGE, r"\1 to "),
    (TIMES, " by "),
    (MULTIPLIED, " times "),
    (LARGE, lambda match: f" {_amount(match[1] or match[3])} {LARGE_NAMES[(match[2] or match[4])[0].lower()]} "),
    (
        SCREEN,
        lambda match: f" {_said(int(match[1]))} {_said(int(match[2])) if int(match[2]) else 'hundred'} {match[3]} ",
    ),
    (OLD_YEAR, lambda match: f"{_said(int(match[1]))} {'oh ' if match[2] < '10' else ''}{_said(int(match[2]))}"),
    (MEASURE, _measure),
    (ORDINAL, lambda match: f" {_said(int(match[1].replace(',', '')), 'ordinal')}{match[2] or ''} "),
    (YEAR, lambda match: f" {_said(int(match[1]), 'year')} "),
    (NEGATIVE, " minus "),
    (DECIMALS, lambda match: f" point {_digits(match[1])} "),
    (NUMBER, lambda match: f" {_amount(match[0])} "),
)
