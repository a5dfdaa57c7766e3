"""Settings of head and eyes, chosen by the user. schema/life.json holds defaults and ranges."""

from dataclasses import dataclass

from model_runtime.errors import InputError
from model_runtime.schema import LIFE_SETTINGS
from model_runtime.settings import check_number

__all__ = ["LifeSettingValues", "LifeSettings"]


@dataclass(frozen=True, kw_only=True)
class LifeSettingValues:
    """head, gaze, eyebrows, breath: how far they move; 0 still, 1 like a calm speaker. blinking: how often, 1 is about
    17 a minute. seed: of the chance in all of them."""

    head: float = LIFE_SETTINGS["head"].default
    gaze: float = LIFE_SETTINGS["gaze"].default
    blinking: float = LIFE_SETTINGS["blinking"].default
    eyebrows: float = LIFE_SETTINGS["eyebrows"].default
    breath: float = LIFE_SETTINGS["breath"].default
    seed: int = LIFE_SETTINGS["seed"].default


@dataclass(frozen=True, kw_only=True)
class LifeSettings(LifeSettingValues):
    """Setting values of the right kinds and within their ranges. Raises InputError for any other value."""

    def __post_init__(self) -> None:
        for setting in LIFE_SETTINGS.values():
            value = getattr(self, setting.name)
            low, high = setting.range or (0, 0)
            check_number(setting.name, value, low, high)
            if setting.kind == "count" and not isinstance(value, int):
                raise InputError(f"{setting.name} is {value}; it must be a whole number.")
