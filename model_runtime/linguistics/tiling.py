"""From the decoder's frames to phones that tile the recording."""

from collections.abc import Iterable

from model_runtime.linguistics.decoders import FRAME, AlignedWord
from model_runtime.linguistics.edges import place_edges
from model_runtime.linguistics.phones import PHONES, SILENCE, PhoneTrack, Span
from model_runtime.speech.audio import Waveform

__all__ = ["tiled"]

# Seconds from a frame's time to the boundary before it. A decoder frame is 25.6 ms long and starts at its time, so its
# middle lies 12.8 ms later; the boundary between two frames lies half a step before the middle of the second.
FRAME_MIDDLE = 0.0128 - FRAME / 2


def tiled(parts: Iterable[tuple[list[AlignedWord], float, float]], waveform: Waveform) -> PhoneTrack:
    """The phones and words of all parts, in order, tiling [0, duration].

    parts: (words, seconds at which frame 0 of the words lies, seconds at which the part ends). Gaps and noises become
    SIL; neighbouring silences are joined.
    """
    phones: list[Span] = []
    words: list[Span] = []
    done = 0.0
    for heard, offset, part_end in parts:
        shift = offset + FRAME_MIDDLE
        for word in heard:
            first = done
            for phone in word.phones:
                end = min(max(phone.end * FRAME + shift, done), part_end)
                label = phone.name if phone.name in PHONES else SILENCE
                if end > done:
                    _append(phones, label, done, end, phone.sound)
                    done = end
            if word.spoken and done > first:
                words.append(Span(word.spelling, first, done))
        if done < part_end:
            _append(phones, SILENCE, done, part_end)
            done = part_end
    return place_edges(PhoneTrack(tuple(phones), tuple(words)), waveform)


def _append(phones: list[Span], label: str, start: float, end: float, sound: str = "") -> None:
    """Append a phone; a silence after a silence extends it."""
    if phones and label == SILENCE == phones[-1].label:
        start = phones.pop().start
    phones.append(Span(label, start, end, "" if label == SILENCE else sound))
