"""Which shape keys the channels move, by name, and how sure that is.

Names are compared word by word (`name_words`) with those of many tools (`channel_words`). What a set of names has in
common before or behind the known words (the character's name, an exporter's suffix) does not count.
"""

from collections import Counter
from dataclasses import dataclass

from .channel_words import CHANNELS, KNOWN_CHANNELS, OPTIONAL, SPEECH, stem_and_side
from .name_words import LEFT, NOISE, RIGHT, SIDES, Name, pieces, read_name

__all__ = [
    "CERTAINTIES",
    "CHANNELS",
    "KNOWN_CHANNELS",
    "LIKELY",
    "OPTIONAL",
    "SURE",
    "UNSURE",
    "Hit",
    "least_sure",
    "match_channels",
]

SURE, LIKELY, UNSURE = "SURE", "LIKELY", "UNSURE"
# From the most to the least certain.
CERTAINTIES = (SURE, LIKELY, UNSURE)
SHARED = 3  # known names that must have the same words before or behind them
MOST = 0.75  # share of all names that begin with the same piece, for it to say nothing
ENOUGH = 8  # recognised names from which on a spelling mistake in another one is corrected
LETTERS = 7  # a shorter name is never corrected
LONGEST = 6  # words of a known name
# A name with one of these is a correction of other shapes, or the form of a body.
OTHER_PURPOSES = (
    "corrective correctives corr correction cbs jcm mcm fix fixer combo combination inbetween aged age old lines line "
    "wrinkle wrinkles fold crease size width height depth length thickness scale ratio distance position bone volume"
)
EXCLUDED = frozenset(OTHER_PURPOSES.split())

Key = tuple[tuple[str, ...], str]


@dataclass(frozen=True)
class Hit:
    """The shape keys that a channel moves. shapes: shape key -> gain. certainty: one of CERTAINTIES."""

    shapes: dict[str, float]
    certainty: str


def least_sure(*certainties: str) -> str:
    """The lowest of some certainties."""
    return max(certainties, key=CERTAINTIES.index)


def match_channels(channels: tuple[str, ...], shapes: list[str]) -> dict[str, Hit]:
    """Channel -> its shape keys, for every channel whose name is found among the names `shapes`.

    A channel may move several shape keys (a funnel in four parts); a left and a right channel may share one shape key
    for both sides, with a gain of one half each.
    """
    index = _index(shapes)
    found: dict[str, Hit] = {}
    for channel in channels:
        stem, side = stem_and_side(channel)
        for template in SPEECH[stem]:
            hit = _sided(template, side, stem, index) if side else _unsided(template, index)
            if hit is not None:
                found[channel] = Hit(hit.shapes, least_sure(hit.certainty, LIKELY)) if template[0] == "~" else hit
                break
    # In the words of FACS a stretched mouth is wide open. What opens the jaw does nothing else.
    opened = found["jawOpen"].shapes.keys() if "jawOpen" in found else set()
    return {name: hit for name, hit in found.items() if name == "jawOpen" or opened.isdisjoint(hit.shapes)}


def _sided(template: str, side: str, stem: str, index: dict[Key, tuple[str, str]]) -> Hit | None:
    """A channel's shape of its side; else the one for both sides, unless the template forbids it."""
    words = _words(template)
    pair = [index.get((words, letter)) for letter in (LEFT, RIGHT)]
    whole = index.get((words, ""))
    own = pair[side == "Right"]
    # One side alone is taken when there is no shape for both.
    if own is not None and template[0] != "=" and (None not in pair or whole is None):
        return Hit({own[0]: 1.0}, own[1])
    if whole is None or template.endswith("*") or stem in ("jaw*", "mouth*"):
        return None
    return Hit({whole[0]: 0.5}, whole[1])


def _unsided(template: str, index: dict[Key, tuple[str, str]]) -> Hit | None:
    """All shapes of a template, or None when one is missing."""
    keys = [
        (_words(part), letter) for part in template.split(",") for letter in ((LEFT, RIGHT) if "*" in part else ("",))
    ]
    if any(key not in index for key in keys):
        return None
    return Hit({index[key][0]: 1.0 for key in keys}, least_sure(*(index[key][1] for key in keys)))


def _words(template: str) -> tuple[str, ...]:
    return tuple(sorted(template.strip("*~= ").split()))


KNOWN = frozenset(_words(part) for templates in SPEECH.values() for each in templates for part in each.split(","))


def _index(shapes: list[str]) -> dict[Key, tuple[str, str]]:
    """(words, side) -> the shape key of that name, and how sure that is."""
    names = _read(shapes)
    spans = {shape: _span(name.words) for shape, name in names.items()}
    votes = Counter(span for span in spans.values() if span is not None)
    index: dict[Key, tuple[str, str]] = {}
    rest: dict[str, Name] = {}
    for shape, name in names.items():
        span = spans[shape]
        certainty = _certainty(name, span, votes)
        if span is None or not certainty:
            rest[shape] = name
            continue
        known = name.words[len(span[0]) : len(name.words) - len(span[1])]
        key = (tuple(sorted(known)), name.side)
        if key not in index or CERTAINTIES.index(certainty) < CERTAINTIES.index(index[key][1]):
            index[key] = (shape, certainty)
    if len(index) >= ENOUGH:
        for key, shape in _misspelled(rest).items():
            index.setdefault(key, (shape, UNSURE))
    return index


Span = tuple[tuple[str, ...], tuple[str, ...]]


def _certainty(name: Name, span: Span | None, votes: Counter[Span]) -> str:
    """How sure it is that a name is the known one within it; empty when it is not."""
    if span is None or not EXCLUDED.isdisjoint(name.words):
        return ""
    before, behind = span
    known = name.words[len(before) : len(name.words) - len(behind)]
    numbers = any(word.isdigit() for word in behind)
    if _says_nothing(before) and _says_nothing(behind):
        # A single word is general, but for the sides to which a jaw and a mouth move.
        general = len(known) == 1 and not (name.side and known[0] in ("jaw", "mouth"))
        return LIKELY if name.translated or numbers or general else SURE
    if votes[span] >= SHARED and not _holds_known(before) and not _holds_known(behind):
        return LIKELY if name.translated or numbers else SURE
    return UNSURE if len(known) > 1 and not behind and not _holds_known(before) else ""


def _says_nothing(words: tuple[str, ...]) -> bool:
    """True for words of tools, numbers, and the letters before the first number (A25, AU12)."""
    lettered = words[1:] if len(words) > 1 and len(words[0]) < 3 and words[1].isdigit() else words
    return all(word in NOISE or word.isdigit() for word in lettered)


def _span(words: tuple[str, ...]) -> Span | None:
    """The words before and behind the longest known name within the words; None without one."""
    found = [
        (start, end)
        for start in range(len(words))
        for end in range(start + 1, min(start + LONGEST, len(words)) + 1)
        if tuple(sorted(words[start:end])) in KNOWN
    ]
    if not found:
        return None

    def fit(span: tuple[int, int]) -> tuple[bool, int, int]:
        start, end = span
        alone = _says_nothing(words[:start]) and _says_nothing(words[end:])
        return alone, end - start, len("".join(words[start:end]))

    start, end = max(found, key=fit)
    return words[:start], words[end:]


def _holds_known(words: tuple[str, ...]) -> bool:
    """True when a known name of two words or more stands in the words: they belong to a combination of shapes."""
    span = _span(words)
    return span is not None and len(words) - len(span[0]) - len(span[1]) > 1


def _read(shapes: list[str]) -> dict[str, Name]:
    """Shape key -> what its name says, without a first piece that most names share."""
    small = {shape.lower() for shape in shapes}
    split = {shape: pieces(_side_apart(shape, small)) for shape in shapes}
    by_letter = {"lb", "rb"} <= {piece for each in split.values() for piece in each}
    first = Counter(each[0] for each in split.values() if len(each) > 1)
    shared = {piece for piece, count in first.items() if count >= max(SHARED, MOST * len(shapes))}
    read = {}
    for shape in sorted(shapes, key=len):
        each = split[shape]
        spoken = each[1:] if len(each) > 1 and each[0] in shared & SIDES.keys() else each
        read[shape] = read_name(spoken, by_letter)
    return read


def _side_apart(shape: str, small: set[str]) -> str:
    """A name whose last letter, a small one, is that of a side, as its counterpart among all names (in small letters)
    shows, with that letter apart: without it mouthdimpler is a dimpler. Capitals are apart already (PurseDL)."""
    bare, letter = shape[:-1], shape[-1:]
    other = {LEFT: RIGHT, RIGHT: LEFT}.get(letter, "")
    return f"{bare}_{letter}" if other and f"{bare}{other}".lower() in small else shape


def _misspelled(names: dict[str, Name]) -> dict[Key, str]:
    """(words, side) -> a shape key whose name differs from the known one by a letter, or by two that changed places."""
    spelled = {"".join(words): words for words in KNOWN_ORDERED if len("".join(words)) >= LETTERS}
    found: dict[Key, str] = {}
    for shape, name in names.items():
        written = "".join(word for word in name.words if word not in NOISE)
        if len(written) < LETTERS - 1 or not EXCLUDED.isdisjoint(name.words):
            continue
        near = [words for known, words in spelled.items() if _one_slip(written, known)]
        if len(near) == 1:
            found.setdefault((tuple(sorted(near[0])), name.side), shape)
    return found


KNOWN_ORDERED = tuple(
    dict.fromkeys(
        tuple(part.strip("*~= ").split())
        for templates in SPEECH.values()
        for each in templates
        for part in each.split(",")
    )
)


def _one_slip(written: str, known: str) -> bool:
    """True when one letter is missing, added or another one, or two neighbours changed places."""
    if written == known or abs(len(written) - len(known)) > 1:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(written, known, strict=False)) if a != b), min(len(written), len(known))
    )
    a, b = written[start:], known[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[2:] == b[2:] and a[:2] == b[1::-1])
