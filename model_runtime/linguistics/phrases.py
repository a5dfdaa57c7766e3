"""Which phrases of a transcript fit a piece, and which stretches of it are spoken with recognised words instead.

The words of the transcript weigh more than recognised ones: recognised words take their place only where they fit the
sound far better. A few equal words, such as "the", are no phrase that fits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from model_runtime.linguistics.audible import audible_test
from model_runtime.linguistics.decoders import FRAME, AlignedWord, Decoders
from model_runtime.linguistics.mismatch import BETTER, BETTER_UNSURE, FILLERS, Mismatch, Stretch, unlike_words
from model_runtime.linguistics.part import fit_of
from model_runtime.linguistics.piece import PAD, Piece, cut_piece
from model_runtime.linguistics.recognise import Recognised

__all__ = ["BAD_FIT", "Phrases", "agreement", "find_phrases", "mixed_words"]

# Mean alignment score of a frame, below which a transcript fits badly. On the tuning recordings, matching transcripts
# lie above -37 and all but 3 % of wrong transcripts below it.
BAD_FIT = -40.0
# Words, or phones, that are alike in a row, from which on they are a phrase of the transcript that is spoken here.
PHRASE_WORDS = 3
PHRASE_PHONES = 8
# Mean score of a frame by which recognised words must fit a stretch better than the transcript to replace it: those of
# other recordings fit worse by 20 and more, those of the recording itself by 5 at most.
BETTER_EACH = 6.0
# Recognised words in a row, from which on they are spoken though the transcript has none there.
LACKING_WORDS = 3
# Seconds. A word of the transcript takes at least this time for each of its phones, and a stretch that is searched at
# least the second.
PHONE_S = 0.03
SHORTEST_S = 0.15


@dataclass(frozen=True)
class Phrases:
    """replaced: stretches of the transcript that the recognised words replace, in order. mismatches: the same for the
    user. phrases: number of phrases that are alike in transcript and recognised words."""

    replaced: tuple[Stretch, ...]
    mismatches: tuple[Mismatch, ...]
    phrases: int


def agreement(words: Sequence[str], recognised: Sequence[str], decoders: Decoders) -> float:
    """Share, in [0, 1], of the transcript's words that sound like recognised ones in the same order."""
    if not words or not recognised:
        return 0.0
    stretches = unlike_words(words, recognised, decoders.pronunciation)
    return 1 - sum(each.last - each.first for each in stretches) / len(words)


def mixed_words(
    words: Sequence[str], recognised: Sequence[str], replaced: Sequence[Stretch]
) -> tuple[list[str], list[bool]]:
    """The transcript's words with the recognised ones in the replaced stretches; and whether each is the
    transcript's."""
    mixed: list[str] = []
    own: list[bool] = []
    done = 0
    for stretch in replaced:
        kept, instead = words[done : stretch.first], recognised[stretch.heard_first : stretch.heard_last]
        mixed += [*kept, *instead]
        own += [True] * len(kept) + [False] * len(instead)
        done = stretch.last
    return [*mixed, *words[done:]], own + [True] * (len(words) - done)


def find_phrases(
    piece: Piece, words: Sequence[str], recognised: Recognised, heard: Sequence[AlignedWord], decoders: Decoders
) -> Phrases:
    """Compares transcript and recognised words stretch by stretch.

    heard: the recognised words, aligned with the piece, silences included.
    """
    stretches = unlike_words(words, recognised.words, decoders.pronunciation)
    joined = _between_phrases(words, len(recognised.words), stretches, decoders)
    spoken = [word for word in heard if word.spoken]
    audible = audible_test(piece.waveform, PAD)
    replaced, mismatches = [], []
    for stretch in joined:
        said, instead = words[stretch.first : stretch.last], recognised.words[stretch.heard_first : stretch.heard_last]
        begin = spoken[stretch.heard_first - 1].phones[-1].end if stretch.heard_first else 0
        end = heard[-1].phones[-1].end
        if stretch.heard_last < len(spoken):
            end = spoken[stretch.heard_last].phones[0].start
        if _keeps(piece, begin, end, said, instead, recognised.sure, decoders):
            continue
        replaced.append(stretch)
        within = [word for word in spoken[stretch.heard_first : stretch.heard_last] if audible(word)]
        told = tuple(word for word in said if word not in FILLERS)
        if told or within:
            first, last = (within[0].phones[0].start, within[-1].phones[-1].end) if within else (begin, end)
            start = max(first * FRAME + piece.offset, 0.0)
            mismatches.append(
                Mismatch(told, tuple(word.spelling for word in within), start, last * FRAME + piece.offset)
            )
    kept = len(words) - sum(each.last - each.first for each in joined)
    return Phrases(tuple(replaced), tuple(mismatches), kept)


def _between_phrases(
    words: Sequence[str], count: int, stretches: Sequence[Stretch], decoders: Decoders
) -> list[Stretch]:
    """The stretches between the phrases that are alike, those around fewer alike words joined. count: number of
    recognised words."""
    joined: list[Stretch] = []
    for stretch in stretches:
        before = joined[-1] if joined else Stretch(0, 0, 0, 0)
        if _is_phrase(words[before.last : stretch.first], len(words), decoders):
            joined.append(stretch)
        else:
            joined[-1:] = [Stretch(before.first, stretch.last, before.heard_first, stretch.heard_last)]
    if joined and joined[-1].last < len(words) and not _is_phrase(words[joined[-1].last :], len(words), decoders):
        joined[-1] = Stretch(joined[-1].first, len(words), joined[-1].heard_first, count)
    return joined


def _is_phrase(alike: Sequence[str], count: int, decoders: Decoders) -> bool:
    """Whether words that are alike are enough for a phrase of a transcript of `count` words."""
    if not alike:
        return False
    phones = sum(len(decoders.pronunciation(word)) for word in alike)
    return len(alike) >= PHRASE_WORDS or phones >= PHRASE_PHONES or 2 * len(alike) >= count


def _keeps(
    piece: Piece, begin: int, end: int, said: Sequence[str], instead: Sequence[str], sure: bool, decoders: Decoders
) -> bool:
    """Whether the transcript's words `said` stay between frames `begin` and `end`, where `instead` is recognised."""
    if not said:
        return len(instead) < LACKING_WORDS
    first, last = (min(max(frame * FRAME - PAD, 0.0), piece.waveform.duration) for frame in (begin, end))
    phones = sum(len(decoders.pronunciation(word)) for word in said)
    if last - first < max(PHONE_S * phones, SHORTEST_S):
        return False
    window = cut_piece(piece.waveform, first, last)
    placed = decoders.align(window.pcm, said)
    if placed is None:
        return False
    if not instead:
        return fit_of(placed) >= BAD_FIT
    other = decoders.align(window.pcm, instead)
    if other is None:
        return fit_of(placed) >= BAD_FIT
    gain = _total(other) - _total(placed)
    return gain <= max(BETTER if sure else BETTER_UNSURE, BETTER_EACH * (end - begin))


def _total(words: Sequence[AlignedWord]) -> float:
    """Sum of the scores of all phones, silences included."""
    return sum(phone.score for word in words for phone in word.phones)
