"""Figure of a take's main channels over time, with its phones and key motions."""

from pathlib import Path

from model_runtime.evaluation.figures import figure_type
from model_runtime.files.atomic import write_atomic
from model_runtime.linguistics.phones import SILENCE
from model_runtime.take import Take

__all__ = ["draw_curves"]

MAIN = (
    ("jawOpen",),
    ("mouthClose",),
    ("mouthFunnel",),
    ("mouthPucker",),
    ("mouthStretchLeft", "mouthStretchRight"),
    ("mouthLowerDownLeft", "mouthLowerDownRight"),
)


def draw_curves(take: Take, title: str, path: Path) -> Path:
    """Write a PNG to `path`: one row for each channel (the mean of left and right), dots at key motions, phones and
    words above, silence in grey."""
    rows = [row for row in MAIN if set(row) <= set(take.channels)]
    figure = figure_type()(figsize=(14, 1.5 * len(rows)))
    axes = figure.subplots(len(rows), 1, sharex=True, squeeze=False)
    for axis, row in zip(axes[:, 0], rows, strict=True):
        values = take.weights[:, [take.channels.index(name) for name in row]].mean(axis=1)
        axis.plot(take.times, values, color="#2b6cb0", linewidth=1.6)
        axis.plot(take.times[take.key_frames], values[take.key_frames], "o", color="#c05621", markersize=3)
        axis.set_ylabel(row[0].removesuffix("Left"), rotation=0, ha="right", va="center")
        axis.set_ylim(-0.03, max(0.3, float(values.max()) * 1.15))
        axis.spines[["top", "right"]].set_visible(False)
        for span in take.phones.phones:
            axis.axvline(span.start, color="#cbd5e0", linewidth=0.6, zorder=0)
            if span.label == SILENCE:
                axis.axvspan(span.start, span.end, color="#edf2f7", zorder=-1)
    top = axes[0, 0]
    for span in take.phones.phones:
        top.text(
            (span.start + span.end) / 2, 1.04, span.label, transform=top.get_xaxis_transform(), ha="center", fontsize=7
        )
    for word in take.phones.words:
        middle = (word.start + word.end) / 2
        top.text(middle, 1.2, word.label, transform=top.get_xaxis_transform(), ha="center", fontsize=9, color="#4a5568")
    axes[-1, 0].set_xlabel(f"seconds; dots: {len(take.key_frames)} key motions in {len(take.weights)} frames")
    axes[-1, 0].set_xlim(0, take.times[-1])
    figure.suptitle(title, fontsize=12)
    figure.tight_layout()
    return write_atomic(path, lambda stream: figure.savefig(stream, format="png", dpi=100))
