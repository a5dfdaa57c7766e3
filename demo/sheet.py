"""A sheet of up to eight frames of the film, each with its phone and word below."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from model_runtime.files.atomic import write_atomic
from model_runtime.linguistics.phones import BILABIALS, LABIODENTALS, SILENCE, Span
from model_runtime.take import Take

__all__ = ["draw_sheet"]

# Mouth shapes that a viewer checks, one frame for each entry: rest, closed, open, rounded, lip to teeth, spread.
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
# Columns, height of a label in pixels, and colours (RGB, 0 to 255) of text and background.
COLUMNS = 4
LABEL = 44
INK = (235, 238, 242)
PAPER = (24, 28, 34)


def draw_sheet(frames: list[Path], take: Take, path: Path) -> Path:
    """Write a PNG of up to two rows, each phone at the frame with its clearest mouth shape. frames: one picture for
    each frame of the take, in order."""
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
    """The longest phone with one of the wanted labels; for silence the last one, where the mouth is at rest."""
    spans = [span for span in take.phones.phones if span.label in wanted]
    if wanted == (SILENCE,):
        return spans[-1] if spans else None
    return max(spans, key=lambda span: span.end - span.start, default=None)


def _frame(take: Take, span: Span) -> int:
    """The frame to show of a phone: its middle; for M, B and P at 35 % of the phone, when the lips are closed; for
    silence at 90 %, when the mouth is at rest."""
    share = 0.9 if span.label == SILENCE else 0.35 if span.label in BILABIALS else 0.5
    return min(round((span.start + (span.end - span.start) * share) * take.fps), len(take.weights) - 1)


def _word(take: Take, span: Span) -> str:
    middle = (span.start + span.end) / 2
    return next((word.label for word in take.phones.words if word.start <= middle < word.end), "")
