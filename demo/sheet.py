"""Eight frames of the film with the phone under each."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from model_runtime.files.atomic import write_atomic
from model_runtime.linguistics.phones import BILABIALS, LABIODENTALS, SILENCE, Span
from model_runtime.take import Take

__all__ = ["draw_sheet"]

# What a viewer checks, one frame each: rest, closed, open, rounded, lip to teeth, spread.
WANTED = (
    (SILENCE,),
    ("M",),
    ("AY", "AA", "AE", "AH"),
    ("P", "B"),
    LABIODENTALS,
    ("UW", "OW", "AO"),
    ("IY", "EY", "IH"),
    ("W",),
)
COLUMNS, LABEL, INK, PAPER = 4, 44, (235, 238, 242), (24, 28, 34)


def draw_sheet(frames: list[Path], take: Take, path: Path) -> Path:
    """Write a PNG of two rows; frames are in the order of the take's. A phone stands where it is most itself."""
    chosen = sorted({_pick(take, wanted) for wanted in WANTED} - {None}, key=lambda span: span.start)
    pictures = [Image.open(frames[_frame(take, span)]).convert("RGB") for span in chosen]
    width, height = pictures[0].size
    rows = -(-len(chosen) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * width, rows * (height + LABEL)), PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=24)
    for place, (span, picture) in enumerate(zip(chosen, pictures, strict=True)):
        x, y = place % COLUMNS * width, place // COLUMNS * (height + LABEL)
        sheet.paste(picture, (x, y))
        text = f"{span.label}  {_word(take, span)}".strip()
        draw.text((x + width / 2, y + height + LABEL / 2), text, INK, font, anchor="mm")
    return write_atomic(path, lambda stream: sheet.save(stream, format="PNG"))


def _pick(take: Take, wanted: tuple[str, ...]) -> Span | None:
    """The longest of the wanted phones; silence is taken from the end, where the mouth has come to rest."""
    spans = [span for span in take.phones.phones if span.label in wanted]
    if wanted == (SILENCE,):
        return spans[-1] if spans else None
    return max(spans, key=lambda span: span.end - span.start, default=None)


def _frame(take: Take, span: Span) -> int:
    """The frame in the middle of a phone; lips are closed at the onset of M, B, P, silence has settled at its end."""
    share = 0.9 if span.label == SILENCE else 0.35 if span.label in BILABIALS else 0.5
    return min(round((span.start + (span.end - span.start) * share) * take.fps), len(take.weights) - 1)


def _word(take: Take, span: Span) -> str:
    middle = (span.start + span.end) / 2
    return next((word.label for word in take.phones.words if word.start <= middle < word.end), "")
