"""pronounce: looks up the phones of the words in a text."""

from dataclasses import dataclass

import click

from model_runtime.errors import InputError
from model_runtime.linguistics.text import spoken_words
from model_runtime.progress import Report
from model_runtime.service.console import answer, json_option
from model_runtime.service.model_cache import ModelCache

__all__ = ["Request", "command", "run"]


@dataclass(frozen=True)
class Request:
    """Parameters of pronounce. text: the words to look up."""

    text: str


def run(request: Request, cache: ModelCache, report: Report) -> dict:
    """Return words, a list of [word, [phones]]. Raises InputError for a text without a word."""
    report("phones", 0.0, "Looking up")
    words = [[word, list(cache.decoders.pronunciation(word))] for word in spoken_words(request.text)]
    if not words:
        raise InputError(f'There is no word in "{request.text}"; type one.')
    report("phones", 1.0, "Done")
    return {"words": words}


@click.command("pronounce", help="Give the phones (ARPAbet) of the words of TEXT.")
@click.argument("text")
@json_option
def command(text: str, as_json: bool) -> None:
    """Run `run` from the command line."""
    result = run(Request(text), ModelCache(), lambda *_: None)
    answer(result, as_json, "\n".join(f"{word}: {' '.join(phones)}" for word, phones in result["words"]))
