"""The TOML file that describes a training, checked before the training starts."""

import difflib
import tomllib
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.files.input_files import check_path, is_folder, read_text
from model_runtime.model.paper.config import PaperConfig
from model_runtime.training.loop_config import LoopConfig
from model_runtime.training.paper_objective import STAGES, ObjectiveConfig

__all__ = ["ROWS", "TrainConfig", "read_config"]

# Rows of the ablation and plug-ins (evaluation.paper_tables), as changes of the model's settings.
ROWS: dict[str, dict[str, Any]] = {
    "full": {},
    "direct": {"base": "selftalk", "keys": "none"},
    "uniform": {"keys": "uniform"},
    "random": {"keys": "random"},
    "no-key-decoder": {"key_decoder": False},
    "no-audio-guidance": {"audio_guidance": False},
    "selftalk": {"base": "selftalk", "keys": "none"},
    "selftalk+": {"base": "selftalk"},
    "faceformer": {"base": "faceformer", "keys": "none"},
    "faceformer+": {"base": "faceformer"},
}
# Defaults of the loop (our choice: those of SelfTalk): Adam, constant 1e-4, 100 epochs, one clip a step.
LOOP: dict[str, Any] = {
    "learning_rate": 1e-4,
    "schedule": "constant",
    "warm_up": 0.0,
    "weight_decay": 0.0,
    "epochs": 100,
}
# Settings of PaperConfig that follow from the data and the encoder and may not be in the file.
GIVEN = ("channels", "encoder", "fps")


@dataclass(frozen=True)
class TrainConfig:
    """The settings of a training.

    data: a prepared folder.
    output: folder of runs and models.
    name, licence: of the model.
    encoder: log-mel, a folder or a hub id.
    basis: size of the motion basis where the data's motion is vertices.
    stages: joint, or keys then completion.
    rows: of the ablation, each trained into a folder of its own.
    model: settings of PaperConfig.
    """

    data: str
    output: str
    objective: ObjectiveConfig
    loop: LoopConfig
    name: str = "paper"
    licence: str = "unknown; ask whoever trained it"
    encoder: str = "log-mel"
    basis: int = 64
    stages: tuple[str, ...] = ("joint",)
    rows: tuple[str, ...] = ("full",)
    model: dict[str, Any] = field(default_factory=dict)

    def paper(self, row: str, channels: tuple[str, ...], fps: float, encoder: dict) -> PaperConfig:
        """The network's configuration for a row. Raises InputError for settings out of range."""
        return PaperConfig(channels=channels, fps=fps, encoder=encoder, **{**self.model, **ROWS[row]})


def read_config(path: Path | str) -> TrainConfig:
    """Read and check a TOML file: the fields of TrainConfig, and the tables model, objective, loop.

    Paths in it are relative to the file. Raises InputError naming a setting that is unknown (and the nearest
    known one), of another type, or out of range.
    """
    path = Path(path)
    text = read_text(path, limits.CONFIG_BYTES)
    try:
        values = tomllib.loads(text)
    except RecursionError as error:
        raise InputError(f"{path} is nested too deep; a training needs tables of plain settings.") from error
    except ValueError as error:
        raise InputError(f"{path} is not TOML: {error}") from error
    tables = {name: values.pop(name, {}) for name in ("model", "objective", "loop")}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise InputError(f"{path}: {name} must be a table, [{name}].")
    top = _checked(TrainConfig, values, str(path), ("model", "objective", "loop"))
    for name in ("data", "output"):
        if name not in top:
            raise InputError(f'{path} lacks "{name}"; add {name} = "a folder".')
        top[name] = str(check_path(path.parent / top[name]))
    if top.get("encoder") and is_folder(path.parent / str(top["encoder"])):
        top["encoder"] = str(path.parent / top["encoder"])
    config = TrainConfig(
        **top,
        model=_checked(PaperConfig, tables["model"], f"{path}: [model]", GIVEN),
        objective=ObjectiveConfig(**_checked(ObjectiveConfig, tables["objective"], f"{path}: [objective]")),
        loop=LoopConfig(**{**LOOP, **_checked(LoopConfig, tables["loop"], f"{path}: [loop]")}),
    )
    for name, chosen, choices in (("stage", config.stages, STAGES), ("row", config.rows, tuple(ROWS))):
        unknown = [each for each in chosen if each not in choices]
        if unknown or not chosen:
            raise InputError(f"{path}: there is no {name} {unknown or 'given'}; choose from {', '.join(choices)}.")
    if config.basis < 1:
        raise InputError(f"{path}: basis is {config.basis}; it must be 1 or more.")
    for row in config.rows:
        config.paper(row, ("any",), 30.0, {"model_type": "log-mel"})
    return config


def _checked(kind: type, table: dict[str, Any], where: str, given: tuple[str, ...] = ()) -> dict[str, Any]:
    """The table's values, with lists as tuples and whole numbers as floats where floats are meant."""
    known = {each.name: each for each in fields(kind) if each.name not in given}
    checked = {}
    for name, value in table.items():
        if name not in known:
            near = difflib.get_close_matches(name[: limits.LABEL_LETTERS], known, 1, 0.0)
            raise InputError(f'{where} has no setting "{name}"; the nearest is "{near[0]}".')
        default = known[name].default
        wanted: type = str if default is MISSING else type(default)
        if wanted is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if wanted is tuple and isinstance(value, list) and all(isinstance(each, str) for each in value):
            value = tuple(value)
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
            names = {
                str: "text",
                float: "a number",
                int: "a whole number",
                bool: "true or false",
                tuple: "a list of texts",
            }
            raise InputError(f"{where}: {name} must be {names[wanted]}.")
        if isinstance(value, int | float) and not abs(value) <= limits.CONFIG_NUMBER:
            raise InputError(f"{where}: {name} must be a finite number, at most {limits.CONFIG_NUMBER}.")
        checked[name] = value
    return checked
