"""Lips at the sounds of other languages, in lines of a synthetic voice whose times are known.

    python -m benchmarks.languages [--lines 20] [--seed 7]

It needs espeak-ng (a package of the system) and requirements/voices.lock. Each line: random words of a language. Of
German, Spanish and Polish the network of sounds has learned nothing; of French and Italian it has.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import click
import numpy as np

from model_runtime.datasets.kokoro import SoundSpan
from model_runtime.linguistics.listen import listen
from model_runtime.linguistics.other_languages import free_phones
from model_runtime.linguistics.phones import BILABIALS, PhoneTrack
from model_runtime.linguistics.sounds import nearest_phone
from model_runtime.training.sounds.utterances import ESPEAK_LANGUAGES, HELD_OUT, espeak_lines

# Languages of espeak-ng: those that no training had, and two of those that it had.
LANGUAGES = (*HELD_OUT, "fr", "it")
# How far from its sound a contact may lie, s.
NEAR_S = 0.02
ROUNDED = ("UW", "UH", "OW", "AO", "W", "OY")
STEP_S = 0.005


@dataclass(frozen=True)
class Lips:
    """closed: share of P, B and M with a phone of closed lips within NEAR_S. rounded: share of the time of rounded
    sounds in which the phones are rounded."""

    closed: float
    rounded: float


def lips_of(tracks: Sequence[PhoneTrack], truths: Sequence[tuple[SoundSpan, ...]]) -> Lips:
    """The lips of phones against the sounds that were spoken."""
    closed: list[bool] = []
    rounded: list[bool] = []
    for track, spans in zip(tracks, truths, strict=True):
        for span in spans:
            label = nearest_phone(span.sound)
            if label in BILABIALS:
                closed.append(
                    any(
                        phone.label in BILABIALS and phone.start < span.end + NEAR_S and phone.end > span.start - NEAR_S
                        for phone in track.phones
                    )
                )
            elif label in ROUNDED:
                starts = [phone.start for phone in track.phones]
                places = np.searchsorted(starts, np.arange(span.start, span.end, STEP_S), side="right") - 1
                rounded += [track.phones[max(place, 0)].label in ROUNDED for place in places]
    return Lips(float(np.mean(closed)), float(np.mean(rounded)))


@click.command()
@click.option("--lines", default=20, show_default=True, help="Lines of each language.")
@click.option("--seed", default=7, show_default=True)
def main(lines: int, seed: int) -> None:
    """Print the table."""
    print("| language | closed, words given | rounded | closed, no words | rounded |\n|---|---|---|---|---|")
    for language in LANGUAGES:
        spoken = list(espeak_lines(language, ESPEAK_LANGUAGES[language], lines, random.Random(seed)))
        truths = [utterance.spans for _, utterance in spoken]
        given = lips_of([listen(each.waveform, text, language).track for text, each in spoken], truths)
        free = lips_of([free_phones(each.waveform) for _, each in spoken], truths)
        figures = (given.closed, given.rounded, free.closed, free.rounded)
        print(f"| {language} | " + " | ".join(f"{figure:.2f}" for figure in figures) + " |", flush=True)


if __name__ == "__main__":
    main()
