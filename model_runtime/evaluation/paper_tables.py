"""A table of published figures and of a user's evaluations."""

from model_runtime.evaluation.vertex_evaluation import Evaluation

__all__ = ["PUBLISHED", "table"]

# Xu et al. 2024, tables 3, 4, 5, 7 and 8, as later papers repeat them: row -> LVE and FDD, None where not given.
# VOCASET: LVE x 1e-5. BIWI-Test-A: LVE x 1e-4, FDD x 1e-5.
PUBLISHED: dict[str, dict[str, tuple[float | None, float | None]]] = {
    "vocaset": {
        "VOCA": (4.9245, None),
        "MeshTalk": (4.5441, None),
        "FaceFormer": (4.1090, None),
        "FaceFormer with key motions": (3.9608, None),
        "CodeTalker": (3.9445, None),
        "CodeTalker with key motions": (3.8473, None),
        "SelfTalk": (3.2238, None),
        "SelfTalk with key motions": (2.6608, None),
        "DiffSpeaker": (3.1478, None),
        "KMTalk (the paper)": (2.2639, None),
    },
    "biwi-a": {
        "VOCA": (6.5563, 8.1816),
        "MeshTalk": (5.9181, 5.1025),
        "FaceFormer": (5.3077, 4.6408),
        "FaceFormer with key motions": (5.2793, None),
        "CodeTalker": (4.7914, 4.1170),
        "CodeTalker with key motions": (4.5096, None),
        "DiffSpeaker": (4.2829, 3.8535),
        "direct regression (SelfTalk)": (4.2485, 3.5761),
        "SelfTalk with key motions": (4.1122, None),
        "uniform key frames": (4.1648, 2.8713),
        "phoneme key frames, no key-motion decoder": (4.1381, 2.9546),
        "no audio guidance in completion": (4.8859, 3.2780),
        "KMTalk (the paper)": (3.9654, 2.5446),
    },
}
# LVE and FDD are printed in units of 10 to the minus these exponents, m^2.
UNITS = {"vocaset": (5, 5), "biwi-a": (4, 5)}
# The same for mm^2.
MILLIMETRES = (6, 6)


def table(evaluations: list[Evaluation], kind: str, per_clip: bool = False) -> str:
    """Markdown: published rows for this kind of data, a row an evaluation, and notes on the measures."""
    known = kind in PUBLISHED
    lve, fdd = UNITS.get(kind, MILLIMETRES)
    heads = [f"LVE x1e-{lve}", f"FDD x1e-{fdd}"] if known else ["LVE mm^2", "FDD mm^2"]
    heads += ["abs FDD", "MVE mm", "MTM ms", "opening mm", "r(opening)", "LVE pooled", "SLCC (truth)"]
    lines = ["| model | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for name, published in PUBLISHED.get(kind, {}).items():
        cells = [*(_figure(value) for value in published), *["-"] * (len(heads) - 2)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    for each in evaluations:
        mean = each.per_sequence
        values = [
            *(mean["lve"] * 10**lve, mean["fdd"] * 10**fdd, mean["fdd_absolute"] * 10**fdd, mean["mve"] * 1e3),
            *(mean["mtm"], mean["opening"] * 1e3, mean["r"], each.pooled["lve"] * 10**lve),
        ]
        cells = [_figure(value) for value in values]
        cells.append(f"{_figure(each.slcc['model'])} ({_figure(each.slcc['truth'])})")
        lines.append(f"| **{each.model}** on {each.data}, {each.split} | " + " | ".join(cells) + " |")
        if per_clip:
            for clip in each.clips:
                values = [clip.lve * 10**lve, clip.fdd * 10**fdd, abs(clip.fdd) * 10**fdd, clip.mve * 1e3]
                cells = [_figure(value) for value in (*values, clip.mtm, clip.opening * 1e3, clip.r)]
                lines.append(f"| {clip.name} | " + " | ".join([*cells, "-", "-"]) + " |")
    notes = ["", "Means over clips; LVE pooled is over all frames. LVE is squared (metres squared on VOCASET)."]
    if any(each.estimated for each in evaluations):
        notes.append(
            "Lips and upper face are our estimate, not the field's masks: compare with the paper's rows with care."
        )
    return "\n".join([*lines, *notes])


def _figure(value: float | None) -> str:
    return "-" if value is None or value != value else f"{value:.4f}"
