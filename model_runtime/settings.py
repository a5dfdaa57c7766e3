"""Settings of a take, chosen by the user. schema/settings.json holds defaults and ranges."""

from dataclasses import dataclass, fields
from typing import Any

from model_runtime.errors import InputError
from model_runtime.schema import SETTINGS

__all__ = ["SettingValues", "Settings", "check_number", "settings_from"]


def _default(name: str) -> Any:
    return SETTINGS[name].default


@dataclass(frozen=True, kw_only=True)
class SettingValues:
    """fps: frames a second. style: name of a style of the model; None: its default. jaw, lips: gains of the jaw and of
    the other mouth channels; 1: unchanged. smoothing: 0 none to 1 heavy. lead: seconds by which the motion precedes
    the sound. pauses: how far the mouth is open in pauses, 0 closed to 1 as generated. blinks, brows: whether lids and
    brows move. seed: of the random blinks and brow raises.
    """

    fps: float = _default("fps")
    style: str | None = _default("style")
    jaw: float = _default("jaw")
    lips: float = _default("lips")
    smoothing: float = _default("smoothing")
    lead: float = _default("lead")
    pauses: float = _default("pauses")
    blinks: bool = _default("blinks")
    brows: bool = _default("brows")
    seed: int = _default("seed")


@dataclass(frozen=True, kw_only=True)
class Settings(SettingValues):
    """Setting values of the right kinds and within their ranges. Raises InputError for any other value."""

    def __post_init__(self) -> None:
        for setting in SETTINGS.values():
            name, value = setting.name, getattr(self, setting.name)
            if setting.range is not None:
                low, high = setting.range
                check_number(name, value, low, high)
            if setting.kind == "switch" and not isinstance(value, bool):
                raise InputError(f"{name} is {value}; it must be true or false.")
            if setting.kind == "count" and not isinstance(value, int):
                raise InputError(f"{name} is {value}; it must be a whole number.")
            if setting.kind == "text" and value is not None and not isinstance(value, str):
                raise InputError(f"{name} is {value}; it must be the name of a {name}.")


def check_number(name: str, value: object, low: float, high: float) -> None:
    """Raises InputError, which names the value, unless it is a number from low to high."""
    # NaN fails the comparison.
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise InputError(f"{name} is {value}; it must be a number from {low:g} to {high:g}.")


def settings_from(values: dict) -> Settings:
    """Settings from a JSON object, such as in a take's meta; unknown names are ignored."""
    known = {field.name for field in fields(Settings)}
    return Settings(**{name: value for name, value in values.items() if name in known})
