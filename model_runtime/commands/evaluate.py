"""evaluate: measures a model's motion against recorded faces."""

from dataclasses import asdict
from pathlib import Path

import click

from model_runtime.errors import InputError
from model_runtime.files.atomic import write_atomic
from model_runtime.files.input_files import is_file
from model_runtime.files.paths import check_folder, check_output
from model_runtime.service.console import answer, json_option, progress_bar

__all__ = ["command"]


@click.command("evaluate", help="Compare a model with recorded faces: prepared data, or a folder of landmark tracks.")
@click.argument("models", metavar="MODEL...", nargs=-1, required=True)
@click.argument("data")
@click.option("--split", default="test", help="Which clips: train, validation (dev) or test.")
@click.option("--ablations", is_flag=True, help="MODEL is a training's output: evaluate the model of every row.")
@click.option("--per-clip", is_flag=True, help="A row a clip, too.")
@click.option(
    "--without-rules", is_flag=True, help="Also the networks' motion before the rules on top (landmark tracks)."
)
@click.option("--speaker", "speakers", multiple=True, help="Only this speaker (landmark tracks); may be repeated.")
@click.option("-o", "--output", help="Write the table (.md) or everything (.json) there, too.")
@click.option("--pictures", help="Folder for a picture a clip (landmark tracks).")
@click.option("--device", default="auto", help="auto, cpu, cuda, directml or coreml.")
@json_option
def command(
    models: tuple[str, ...],
    data: str,
    split: str,
    ablations: bool,
    per_clip: bool,
    without_rules: bool,
    speakers: tuple[str, ...],
    output: str | None,
    pictures: str | None,
    device: str,
    as_json: bool,
) -> None:
    """Evaluate the model on prepared data and print the table of metrics."""
    target = check_output(output, (".md", ".json")) if output else None
    if pictures:
        check_folder(pictures)
    chosen = [row for model in models for row in _rows(model)] if ablations else list(models)
    tracks = is_file(Path(data) / "clips.tsv")
    if tracks:
        result, text = _tracks(chosen, data, split, per_clip, pictures, device, without_rules, speakers)
    else:
        result, text = _prepared(chosen, data, split, per_clip, device)
    if target is not None:
        import json

        written = (json.dumps(result, indent=1) if target.suffix == ".json" else text + "\n").encode()
        write_atomic(target, lambda stream: stream.write(written))
    answer(result, as_json, text)


def _rows(model: str) -> list[str]:
    found = sorted(str(path.parent) for path in Path(model).glob("*/model/model.json"))
    if not found:
        raise InputError(f"{model} holds no trained rows (<row>/model); name the output of a training.")
    return found


def _prepared(models: list[str], data: str, split: str, per_clip: bool, device: str) -> tuple[dict, str]:
    # Imported here and below: datasets and heads are not needed for the command's help.
    from model_runtime.datasets.store import open_dataset
    from model_runtime.evaluation.paper_tables import PUBLISHED, table
    from model_runtime.evaluation.vertex_evaluation import as_json, evaluate
    from model_runtime.model.checkpoint import load_model

    dataset = open_dataset(data)
    loaded = [load_model(name, device) for name in models]
    evaluations = []
    with progress_bar() as report:
        for index, each in enumerate(loaded):

            def done(share: float, index: int = index, name: str = each.id) -> None:
                report("evaluate", (index + share) / len(loaded), name[:12])

            evaluations.append(evaluate(each, dataset, {"dev": "validation"}.get(split, split), done))
    published = {name: list(values) for name, values in PUBLISHED.get(dataset.kind, {}).items()}
    result = {"evaluations": [as_json(each) for each in evaluations], "published": published}
    return result, table(evaluations, dataset.kind, per_clip)


def _tracks(
    models: list[str],
    data: str,
    split: str,
    per_clip: bool,
    pictures: str | None,
    device: str,
    without_rules: bool,
    speakers: tuple[str, ...],
) -> tuple[dict, str]:
    from model_runtime.evaluation.track_evaluation import evaluate_tracks, score_table
    from model_runtime.heads.demo_head import demo_head
    from model_runtime.model.checkpoint import load_model
    from model_runtime.settings import Settings

    results, texts, all_scored = {}, [], []
    for number, name in enumerate(models):
        model = load_model(name, device)
        folder = Path(pictures) if pictures else None
        with progress_bar() as report:
            scored = evaluate_tracks(
                model,
                demo_head(),
                Path(data),
                {"validation": "dev"}.get(split, split),
                Settings(fps=25),
                folder,
                lambda share, shown=model.id, done=number: report(  # type: ignore[misc]
                    "evaluate", (done + share) / len(models), shown[:12]
                ),
                without_rules,
                speakers,
            )
        # Models of several seeds have one id.
        title = model.id if model.id not in results else name
        results[title] = [_plain(asdict(each)) for each in scored]
        texts.append(f"{title}\n\n{score_table([scored], per_clip)}")
        all_scored.append(scored)
    if len(models) > 1:
        texts.append(f"Mean of the {len(models)} models\n\n{score_table(all_scored, per_clip)}")
    return {"clips": results}, "\n\n".join(texts)


def _plain(value: object) -> object:
    """`value`, with None in place of NaN, which JSON cannot hold."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return None if isinstance(value, float) and value != value else value
