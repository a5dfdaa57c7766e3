"""Abbreviations, Roman numerals, addresses of the web and signs of a written text -> the words that are said."""

import re

__all__ = ["spell_abbreviations", "spell_signs"]

# Abbreviation without its last full stop -> spoken words.
ABBREVIATIONS = {
    **{"mr": "mister", "mrs": "missus", "ms": "miz", "dr": "doctor", "prof": "professor", "st": "saint", "mt": "mount"},
    **{"vs": "versus", "v": "versus", "etc": "et cetera", "no": "number", "nos": "numbers", "e.g": "for example"},
    **{
        "eg": "for example",
        "i.e": "that is",
        "ie": "that is",
        "approx": "approximately",
        "jr": "junior",
        "sr": "senior",
    },
    **{"lt": "lieutenant", "col": "colonel", "capt": "captain", "sgt": "sergeant", "gen": "general", "maj": "major"},
    **{"cpl": "corporal", "gov": "governor", "sen": "senator", "rep": "representative", "rev": "reverend"},
    **{"hon": "honorable", "pres": "president", "supt": "superintendent", "det": "detective", "insp": "inspector"},
    **{
        "ave": "avenue",
        "blvd": "boulevard",
        "rd": "road",
        "hwy": "highway",
        "dept": "department",
        "inc": "incorporated",
    },
    **{"ltd": "limited", "corp": "corporation", "co": "company", "bros": "brothers", "assn": "association"},
    **{"vol": "volume", "fig": "figure", "ch": "chapter", "ed": "edition", "est": "established", "ext": "extension"},
    **{
        "tel": "telephone",
        "misc": "miscellaneous",
        "min": "minimum",
        "max": "maximum",
        "ph.d": "p h d",
        "mon": "monday",
    },
    **{"tues": "tuesday", "wed": "wednesday", "thurs": "thursday", "thu": "thursday", "fri": "friday"},
    **{"a.k.a": "a k a", "cont'd": "continued", "ft": "fort", "sq": "square", "p": "page", "pp": "pages", "c": "circa"},
    **{"ca": "circa"},
}
# Abbreviations that are words as well: they are expanded only before a number (or, the last two, before a name).
BEFORE_NUMBER = frozenset(
    {"no", "nos", "fig", "ch", "ed", "est", "ext", "vol", "min", "max", "tel", "p", "pp", "c", "ca"}
)
BEFORE_NAME = frozenset({"v", "co", "mt", "ft", "sen", "rep", "gen", "col", "gov", "hon", "det", "mon", "wed", "sq"})
# Abbreviations that are street words after a name and titles before one.
STREETS = {"st": "street", "dr": "drive"}
BARE = re.compile(r"(?<![\w.'])(?:w/o(?!\w)|w/(?=\s)|b/c(?!\w)|etc(?![\w.])|vs(?![\w.]))", re.IGNORECASE)
BARE_WORDS = {"w/o": "without", "w/": "with", "b/c": "because", "etc": "et cetera", "vs": "versus"}
HALF_OF_DAY = re.compile(r"(?<=\d)\s?([AaPp])\.\s?[Mm]\b\.?")
INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}")
# A word or an abbreviation with its full stops; no letter or full stop stands before it.
STOPPED = re.compile(r"(?<![\w.])[\w.']++(?=[\s,;:)]|$)")
FOLLOWED_BY_NUMBER = re.compile(r"\s*\d")
FOLLOWED_BY_NAME = re.compile(r"\s*[A-Z0-9]")
AFTER_NAME = re.compile(r"\b[A-Z][\w'-]{1,30}\s$")
# Names of rulers, after which a Roman numeral is an ordinal: "Henry VIII".
RULERS = frozenset(
    (
        *("Albert", "Alexander", "Alfonso", "Benedict", "Carl", "Catherine", "Charles", "Christian", "Clement"),
        *("Edward", "Elizabeth", "Ferdinand", "Francis", "Frederick", "George", "Gregory", "Gustav", "Haakon"),
        *("Harald", "Henry", "Innocent", "Ivan", "James", "Joseph", "John", "Julius", "Leo", "Leopold", "Louis"),
        *("Margaret", "Mary", "Maximilian", "Mehmed", "Napoleon", "Nicholas", "Olav", "Otto", "Paul", "Pedro"),
        *("Peter", "Philip", "Pius", "Ptolemy", "Ramses", "Richard", "Rudolf", "Sixtus", "Umberto", "Urban"),
        *("Victor", "Wilhelm", "William"),
    )
)
# Words before a Roman numeral of one letter or with an L.
COUNTED = frozenset(
    (
        *("Act", "Article", "Bowl", "Book", "Chapter", "Class", "Episode", "Figure", "Grade", "Level", "Mark"),
        *("Part", "Phase", "Psalm", "Scene", "Section", "Stage", "Type", "Volume", "War", "Vol", "Ch", "Pt"),
    )
)
# Words before letters that are no numeral: "The IV drip".
UNCOUNTED = frozenset(("A", "An", "Her", "His", "I", "It", "My", "Our", "Size", "That", "The", "This", "Your"))
ROMAN = re.compile(
    r"\b([A-Z][\w'’]{1,30}|(?i:act|book|chapter|class|part|phase|scene|stage|type|volume))(\.?,?\s)"
    r"((?:XL|L?X{0,3})(?:IX|IV|V?I{0,3}))\b(?!['’](?!s\b)\w|\.\w)"
)
SMALL_ROMAN = re.compile(r"\b((?i:act|chapter|part|scene)\.?\s)(ix|iv|v?i{1,3}|v|x)\b(?!['’.]\w)")
WORLD_WAR = re.compile(r"\bWW\s?(I{1,3}|[123])\b")
ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}
ADDRESS = re.compile(
    r"(?<![\w@.])(?:https?://|www\.)[^\s<>\"]{1,500}|(?<![\w@./])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"
    r"|(?<![\w@./])(?:[A-Za-z0-9-]{1,63}\.){1,4}(?:com|org|net|edu|gov|io|tv|co\.uk|info|dev)(?:/[^\s<>\"]{0,200})?(?![\w@])"
)
ADDRESS_SIGNS = {".": " dot ", "/": " slash ", "@": " at ", "-": " dash ", "_": " underscore ", "+": " plus "}
ADDRESS_SIGNS |= {"?": " question mark ", "=": " equals ", "&": " and ", "#": " hash ", ":": " colon ", "~": " tilde "}
# Acronyms whose letters are said one by one though they look like words.
LETTERS = re.compile(
    r"(?<![\w.'’-])(?:A\.?I\.?|UN|EU|ATM|DIY|IRS|ID|UI|API|IP|AD|BC|BCE|CE|OMG|PR|TBA|AKA)(?=s?\b(?!['’-]\w))"
)
HASHTAG = re.compile(r"#(?=[A-Za-z])")
ABOUT = re.compile(r"[~≈](?=\s?[$£€]?\d)")
COMPARED = re.compile(r"(?<=\d)\s?([<>])\s?(?=\d)")
SIGNS = {"&": "and", "+": "plus", "=": "equals", "%": "percent", "@": "at", "°": "degrees", "#": "number"}
SIGNS |= {"√": "square root of", "∞": "infinity", "≠": "is not", "≥": "at least", "≤": "at most"}
SIGNS |= {"±": "plus or minus", "÷": "divided by", "×": "times", "§": "section", "€": "euros", "£": "pounds"}


def spell_abbreviations(text: str) -> str:
    """The text with addresses, abbreviations, initials and Roman numerals in words. Numbers must still be digits."""
    text = ADDRESS.sub(_address, text.replace("+/-", "±"))
    text = BARE.sub(lambda match: BARE_WORDS[match[0].lower()], text)
    text = WORLD_WAR.sub(lambda match: f"World War {len(match[1]) if match[1][0] == 'I' else match[1]}", text)
    text = SMALL_ROMAN.sub(lambda match: match[1] + match[2].upper(), text)
    text = ROMAN.sub(_roman, text)
    text = LETTERS.sub(lambda match: " " + " ".join(match[0].replace(".", "")), text)
    text = INITIALS.sub(_initials, HALF_OF_DAY.sub(r"\1m", text))
    text = STOPPED.sub(_abbreviation, text)
    text = COMPARED.sub(lambda match: " less than " if match[1] == "<" else " more than ", text)
    return ABOUT.sub(" about ", HASHTAG.sub(" hashtag ", text))


def spell_signs(text: str) -> str:
    """The text, without numbers in digits, with its signs in words."""
    for sign, word in SIGNS.items():
        text = text.replace(sign, f" {word} ")
    return text


def _address(match: re.Match) -> str:
    """A web address or a mail address in words: "example dot com slash page"."""
    address = re.sub(r"^https?://(?:www\.)?", "", match[0])
    bare = address.rstrip(".,;:!?)/'")
    return " " + "".join(ADDRESS_SIGNS.get(letter, letter) for letter in bare) + address[len(bare) :].replace("/", "")


def _roman(match: re.Match) -> str:
    """A Roman numeral after a name, "Henry VIII", or after a word that is counted, "World War II"."""
    before, numeral = match[1].title(), match[3]
    ruler, counted = before in RULERS, before in COUNTED
    ends = not match.string[match.end() : match.end() + 2].strip()[:1].isalnum()
    if not numeral or before in UNCOUNTED or ("L" in numeral and not counted):
        return match[0]
    if len(numeral) == 1 and not counted and not (ruler and ends):
        return match[0]
    values = [ROMAN_VALUES[letter] for letter in numeral]
    number = sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
    return f"{match[1]}{match[2]}{f'the {number}th' if ruler else number}"


def _initials(match: re.Match) -> str:
    """Initials such as "U.S." as separate letters, or the words of an abbreviation."""
    known = ABBREVIATIONS.get(match[0].lower().rstrip("."))
    return f" {known} " if known else " " + " ".join(match[0].replace(".", " ").split()) + " "


def _abbreviation(match: re.Match) -> str:
    """The spoken words of an abbreviation; other words stay."""
    written = match[0].lstrip(".")
    start, word = len(match[0]) - len(written), written.lower()
    short = word[:-1] if word.endswith(".") else ""
    known = ABBREVIATIONS.get(short)
    if known is None:
        return match[0]
    number, name = (ahead.match(match.string, match.end()) for ahead in (FOLLOWED_BY_NUMBER, FOLLOWED_BY_NAME))
    if short in STREETS and not name and AFTER_NAME.search(match.string, max(match.start() - 34, 0), match.start()):
        known = STREETS[short]
    elif (short in BEFORE_NUMBER | BEFORE_NAME) and not (
        (number and short in BEFORE_NUMBER) or (name and written[0].isupper() and short in BEFORE_NAME)
    ):
        return match[0]
    return match[0][:start] + known
