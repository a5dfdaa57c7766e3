"""Settings: what the user chooses for a take."""

from dataclasses import dataclass, fields

from model_runtime.errors import InputError

__all__ = ["Settings", "settings_from"]

LIMITS = {
    "fps": (1.0, 240.0),
    "jaw": (0.0, 3.0),
    "lips": (0.0, 3.0),
    "smoothing": (0.0, 1.0),
    "lead": (-0.5, 0.5),
    "pauses": (0.0, 1.0),
    "seed": (0, 2**31 - 1),
}


@dataclass(frozen=True)
class Settings:
    """fps: frames a second. style: name of a style of the model, None: its default. jaw, lips: gains of the jaw and of
    the other mouth channels, 1 = as measured. smoothing: 0 none to 1 heavy. lead: seconds that the motion comes before
    the sound. pauses: how far the mouth is open in pauses, 0 closed to 1 as heard. blinks, brows: whether the upper
    face lives; seed: of its chances.
    """

    fps: float = 30.0
    style: str | None = None
    jaw: float = 1.0
    lips: float = 1.0
    smoothing: float = 0.0
    lead: float = 0.0
    pauses: float = 1.0
    blinks: bool = True
    brows: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                raise InputError(f"{name} is {value}; it must be a number from {low:g} to {high:g}.")
        for name in ("blinks", "brows"):
            if not isinstance(getattr(self, name), bool):
                raise InputError(f"{name} is {getattr(self, name)}; it must be true or false.")
        if not isinstance(self.seed, int):
            raise InputError(f"seed is {self.seed}; it must be a whole number.")
        if self.style is not None and not isinstance(self.style, str):
            raise InputError(f"style is {self.style}; it must be the name of a style.")


def settings_from(values: dict) -> Settings:
    """Settings from a JSON object such as a take's meta holds; unknown names are passed over."""
    known = {field.name for field in fields(Settings)}
    return Settings(**{name: value for name, value in values.items() if name in known})
