"""Which phrases of a transcript fit a piece, and which stretches of it are spoken with recognised words instead.

The words of the transcript weigh more than recognised ones: recognised words take their place only where they fit the
sound far better. A few equal words, such as "the", are no phrase that fits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from model_runtime.linguistics.audible import audible_test
from model_runtime.linguistics.decoders import FRAME, AlignedWord, Decoders
from model_runtime.linguistics.mismatch import BETTER, BETTER_UNSURE, FILLERS, Mismatch, Stretch, unlike_words
from model_runtime.linguistics.part import fit_of, total_score
from model_runtime.linguistics.piece import PAD, Piece, cut_piece
from model_runtime.linguistics.recognise import Recognised

__all__ = ["BAD_FIT", "Phrases", "alike_share", "find_phrases", "mixed_words"]

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
# Seconds that a stretch that is searched lasts at least.
SHORTEST_S = 0.15


@dataclass(frozen=True)
class Phrases:
    """replaced: stretches of the transcript that the recognised words replace, in order. mismatches: the same for the
    user. phrases: number of phrases that are alike in transcript and recognised words."""

    replaced: tuple[Stretch, ...]
    mismatches: tuple[Mismatch, ...]
    phrases: int


def alike_share(words: Sequence[str], recognised: Sequence[str], stretches: Sequence[Stretch]) -> float:
    """Share, in [0, 1], of the transcript's words that sound like recognised ones in the same order.

    stretches: see `unlike_words`.
    """
    if not words or not recognised:
        return 0.0
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
    count = heard[-1].phones[-1].end
    joined = _between_phrases(words, len(recognised.words), stretches, decoders)
    spoken = [word for word in heard if word.spoken]
    audible = audible_test(piece.waveform, PAD)
    replaced, mismatches = [], []
    for whole in joined:
        stretch = _replaced(_Place(piece, words, recognised, heard, whole), decoders)
        if stretch is None:
            continue
        replaced.append(stretch)
        within = [word for word in spoken[stretch.heard_first : stretch.heard_last] if audible(word)]
        told = tuple(word for word in words[stretch.first : stretch.last] if word not in FILLERS)
        if told or within:
            first = spoken[stretch.heard_first - 1].phones[-1].end if stretch.heard_first else 0
            last = spoken[stretch.heard_last].phones[0].start if stretch.heard_last < len(spoken) else count
            if within:
                first, last = within[0].phones[0].start, within[-1].phones[-1].end
            start = max(first * FRAME + piece.offset, 0.0)
            instead = tuple(word.spelling for word in within)
            mismatches.append(Mismatch(told, instead, start, last * FRAME + piece.offset))
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


@dataclass(frozen=True)
class _Place:
    """A stretch of a piece. words: the transcript's. heard: the recognised words, aligned with the piece."""

    piece: Piece
    words: Sequence[str]
    recognised: Recognised
    heard: Sequence[AlignedWord]
    stretch: Stretch

    @property
    def limit(self) -> float:
        """Sum of scores by which recognised words must fit the stretch better."""
        return BETTER if self.recognised.sure else BETTER_UNSURE

    def window(self, more: int) -> Piece:
        """The sound of the stretch and of `more` recognised words before and after it."""
        spoken = [word for word in self.heard if word.spoken]
        first, last = self.stretch.heard_first - more, self.stretch.heard_last + more
        begin, end = 0, self.heard[-1].phones[-1].end
        if more and first >= 0:
            begin = spoken[first].phones[0].start
        elif not more and first > 0:
            begin = spoken[first - 1].phones[-1].end
        if more and last <= len(spoken):
            end = spoken[last - 1].phones[-1].end
        elif not more and last < len(spoken):
            end = spoken[last].phones[0].start
        duration = self.piece.waveform.duration
        start, stop = (min(max(frame * FRAME - PAD, 0.0), duration) for frame in (begin, end))
        stop = max(stop, min(start + SHORTEST_S, duration))
        return cut_piece(self.piece.waveform, min(start, stop - SHORTEST_S) if stop > SHORTEST_S else 0.0, stop)


def _replaced(place: _Place, decoders: Decoders) -> Stretch | None:
    """The stretch, or the part of it, that the recognised words replace; None where the transcript's stay."""
    stretch = place.stretch
    said = list(place.words[stretch.first : stretch.last])
    instead = list(place.recognised.words[stretch.heard_first : stretch.heard_last])
    if not said:
        return stretch if len(instead) >= LACKING_WORDS else None
    if not instead:
        # Recognisers leave filler words out.
        stays = FILLERS.issuperset(said) or _fits_between(place, said, decoders)
        return None if stays else stretch
    window = place.window(0)
    placed, other = decoders.align(window.pcm, said), decoders.align(window.pcm, instead)
    if other is None:
        return None if fit_of(placed) >= BAD_FIT else stretch
    lacking = len(instead) - len(said)
    limit = max(place.limit, BETTER_EACH * window.waveform.duration / FRAME)
    # The decoder's noises take in words that the transcript lacks: there its score says nothing.
    comparable = lacking < LACKING_WORDS or not place.recognised.sure
    if comparable and placed is not None and total_score(other) - total_score(placed) <= limit:
        return None
    if lacking < LACKING_WORDS or len(said) == len(place.words):
        return stretch
    # Beside a phrase that fits, the words of the transcript may lie before or after others that it lacks.
    parts = {
        Stretch(stretch.last, stretch.last, stretch.heard_first + len(said), stretch.heard_last): [
            *said,
            *instead[len(said) :],
        ],
        Stretch(stretch.first, stretch.first, stretch.heard_first, stretch.heard_first + lacking): [
            *instead[:lacking],
            *said,
        ],
    }
    costs = {}
    for part, mixed in parts.items():
        found = decoders.align(window.pcm, mixed)
        costs[part] = float("inf") if found is None else total_score(other) - total_score(found)
    best = min(costs, key=lambda part: costs[part])
    return best if costs[best] <= place.limit else stretch


def _fits_between(place: _Place, said: Sequence[str], decoders: Decoders) -> bool:
    """Whether the transcript's words fit between two recognised words about as well as nothing."""
    stretch, heard = place.stretch, place.recognised.words
    before, after = heard[max(stretch.heard_first - 1, 0) : stretch.heard_first], heard[stretch.heard_last :][:1]
    window = place.window(1)
    found = decoders.align(window.pcm, [*before, *said, *after])
    if found is None:
        return False
    without = decoders.align(window.pcm, [*before, *after]) if before or after else None
    if without is None:
        return fit_of(found) >= BAD_FIT
    return total_score(without) - total_score(found) <= place.limit
