"""The language of a transcript, from its letters and words, and from its sound where those leave a doubt."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

from model_runtime.linguistics.espeak import check_language

__all__ = ["AUTO", "ENGLISH", "find_language", "is_english"]

# The setting that leaves the choice to `find_language`.
AUTO = "auto"
ENGLISH = "en-us"
# A text is English without a further question when this share of its words is in the English dictionary (which has
# many foreign names) and one of its words is common in English alone. Lists are written as texts.
ENGLISH_WORDS = 0.8
ENGLISH_ALONE = (
    "about after again always and any are around away back because been before being but came can't could did "
    "didn't does doesn't don't down every everything few first from get give going gonna good got has hello "
    "here him his how i'll i'm i've if into it's its just keep know let's like little long look made make "
    "might much my need never nothing now okay only or other our out own people please put really right said "
    "saw say see she should some something soon such take than thank that that's the their them then there "
    "these they thing think this those through time two until up us very wait well went were what when where "
    "which who why with won't work would yeah yes you you're your"
)
# The languages that are looked for in a text. In rarer ones, short texts of these are found by mistake.
LOOKED_FOR = (
    "af ar az be bg bn ca cs cy da de el en es et eu fa fi fr ga gu he hi hr hu hy id is it ja ka kk kn ko lt lv mk ml "
    "mr ms my ne nl no pa pl pt ro ru sk sl sq sr sv sw ta te th tr uk ur uz vi zh"
)
# Natural log by which a rarer language must be likelier than English and the common ones: names and exclamations look
# like any language.
LIKELIER_RARE = 12.0
# Natural log that is added to English, and more where ENGLISH_WORDS of the words are in its dictionary; the share of
# the sound in the choice, and how far behind the likeliest a language may lie and still be listened for. Chosen on 128
# lines of one to four words in ten languages, in synthetic voices: 85 of 108 others and 18 of 20 English are found, by
# the text alone 76 and 18.
ENGLISH_MORE, ENGLISH_WORDS_MORE = 2.0, 4.0
SOUND_SHARE, IN_DOUBT = 5.0, 8.0
OFTEN = "ar bn cs da de el es fi fr he hi hu id it ja ko nl no pl pt ro ru sv ta te th tr uk vi zh"
# Characters that are looked at.
LOOKED_AT = 2000
LATIN_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def is_english(language: str) -> bool:
    """Whether a code of `schema.languages` is a variety of English."""
    return language == "en" or language.startswith("en-")


def find_language(
    text: str, is_known_word: Callable[[str], bool], sounds_alike: Callable[[str], float] | None = None
) -> str:
    """The language of a text, a code of `schema.languages`; ENGLISH for a text without letters.

    is_known_word: whether a word in lower-case letters is in the English dictionary. sounds_alike: how well the text in
    a language fits the sound, 0 at most (`word_search.text_fits`); asked for the languages in doubt alone.
    """
    looked_at = unicodedata.normalize("NFC", text[:LOOKED_AT])
    words = LATIN_WORD.findall(looked_at.lower().replace("’", "'"))
    if not words:
        return ENGLISH
    known = sum(word.isascii() and is_known_word(word) for word in words) >= ENGLISH_WORDS * len(words)
    if known and set(ENGLISH_ALONE.split()).intersection(words):
        return ENGLISH
    chances = dict(_ranked(looked_at.lower()))
    common = {code: chances[code] for code in ("en", *OFTEN.split()) if code in chances}
    common["en"] += ENGLISH_MORE + (ENGLISH_WORDS_MORE if known else 0.0)
    best = max(common, key=common.__getitem__)
    rare = max(chances, key=chances.__getitem__)
    if chances[rare] > common[best] + LIKELIER_RARE:
        return check_language(rare)
    doubtful = {code: chance for code, chance in common.items() if chance > common[best] - IN_DOUBT}
    if sounds_alike is not None and len(doubtful) > 1:
        alike = {code: SOUND_SHARE * sounds_alike(check_language(code)) for code in doubtful}
        best = max(doubtful, key=lambda code: doubtful[code] + alike[code])
    return check_language(best)


def _ranked(text: str) -> list[tuple[str, float]]:
    """LOOKED_FOR, with the natural log of how likely a text is in them, likeliest first."""
    return [(str(code), float(chance)) for code, chance in _identifier().rank(text)]


@cache
def _identifier() -> Any:
    """The identifier (an object of the class py3langid.langid.LanguageIdentifier)."""
    # Loaded only where it is asked: reading its model takes a second.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    found = LanguageIdentifier.from_model_file(MODEL_FILE)
    found.set_languages([code for code in LOOKED_FOR.split() if code in found.nb_classes])
    return found
