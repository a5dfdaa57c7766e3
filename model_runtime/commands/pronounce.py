"""pronounce: looks up the phones of the words in a text."""

from dataclasses import dataclass, replace

import click

from model_runtime.errors import InputError
from model_runtime.linguistics.espeak import check_language
from model_runtime.linguistics.language_choice import ENGLISH, is_english
from model_runtime.linguistics.pronunciation_list import find_pronunciations
from model_runtime.linguistics.sounds import nearest_phone
from model_runtime.linguistics.text import spoken_words
from model_runtime.linguistics.words_of_text import unreadable, words_of_text
from model_runtime.progress import Report
from model_runtime.service.console import answer, json_option, pronunciations_option
from model_runtime.service.model_cache import ModelCache

__all__ = ["Request", "command", "run"]


@dataclass(frozen=True)
class Request:
    """Parameters of pronounce. text: the words to look up. language: in which they are read, a code such as de.
    pronunciations: as of generate."""

    text: str
    language: str = ENGLISH
    pronunciations: str | None = None


def run(request: Request, cache: ModelCache, report: Report) -> dict:
    """Return words, a list of [word, [phones]], and sounds, for each word those of its phones in IPA, or none where the
    phones say it all. Raises InputError for a text without a word, and for no language."""
    language = check_language(request.language)
    own = find_pronunciations(request.pronunciations).of(language)
    report("phones", 0.0, "Looking up")
    if is_english(language):
        decoders = replace(cache.decoders, own=own)
        sounds: list[list[str]] = []
        words = [[word, list(decoders.pronunciation(word))] for word in spoken_words(request.text, own)]
    else:
        reason = unreadable(request.text, language, own)
        if reason:
            raise InputError(f"{reason}.")
        read = words_of_text(request.text, language, own)
        words = [[word.spelling, [nearest_phone(sound) for sound in word.ways[0]]] for word in read]
        sounds = [list(word.letters[0]) for word in read]
    if not words:
        raise InputError(f'There is no word in "{request.text}"; type one.')
    report("phones", 1.0, "Done")
    return {"words": words, "sounds": sounds}


@click.command("pronounce", help="Give the phones (ARPAbet) of the words of TEXT.")
@click.argument("text")
@click.option("--language", default=ENGLISH, show_default=True, help="Language of the words: a code (de, pt-br).")
@pronunciations_option
@json_option
def command(text: str, language: str, pronunciations: str | None, as_json: bool) -> None:
    """Run `run` from the command line."""
    result = run(Request(text, language, pronunciations), ModelCache(), lambda *_: None)
    answer(result, as_json, "\n".join(f"{word}: {' '.join(phones)}" for word, phones in result["words"]))
