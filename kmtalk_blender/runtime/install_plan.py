"""What to install as the runtime, and where; all that can be checked before it begins."""

import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from ..errors import UserError
from .figures import SPACE
from .packages import Packages, platform_here
from .pythons import VERSIONS, find_python, version_of
from .virtual_environment import lock_of

__all__ = ["Plan", "plan_for"]

# The oldest systems for which all wheels exist.
OLDEST_GLIBC = (2, 28)
OLDEST_MACOS = (13,)


@dataclass(frozen=True)
class Plan:
    """What to install, and where.

    folder: the environment. python: the interpreter that it is made from. source: the folder that contains
    model_runtime. packages: those of the zip, when they are for this Python; None: pip downloads wheels. trial:
    arguments for the new interpreter, which must exit with 0.
    """

    folder: Path
    python: Path
    source: Path
    packages: Packages | None = None
    trial: tuple[str, ...] = ("-m", "model_runtime", "info")

    @property
    def lock(self) -> Path:
        """The requirements with their hashes."""
        return lock_of(self.source)

    @property
    def unfinished(self) -> Path:
        """The folder of the new environment until it is complete."""
        return self.folder.with_name(f"{self.folder.name}.new")

    @property
    def wheels(self) -> Path:
        """The folder that pip downloads the wheels to."""
        return self.folder.with_name(f"{self.folder.name}.wheels")


def plan_for(
    folder: Path, source: Path, online: bool, chosen: Path | None = None, packages: Packages | None = None
) -> Plan:
    """Make a plan, and check all that can be checked before the installation.

    online: the network may be used. chosen: the Python to make it from; None: one is looked for. packages: those of
    the zip. Raises UserError with what is missing.
    """
    if not lock_of(source).is_file():
        raise UserError("The extension's list of packages is missing; install the extension again.")
    packed = packages if packages is not None and packages.platform == platform_here() else None
    if chosen is not None:
        python, version = chosen, version_of(chosen)
    else:
        python, version = find_python(packed.python if packed is not None else "")
    if version not in VERSIONS:
        raise UserError(
            f"{python} is Python {version}; the runtime needs {VERSIONS[-1]} to {VERSIONS[0]}: name one as Made From "
            "in the preferences."
        )
    if packed is not None and packed.python != version:
        packed = None
    if packed is None and not online:
        raise UserError(
            "Blender may not go online; allow it in Preferences > System > Network, or install the zip for this "
            "Blender."
        )
    _refuse_old_systems()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"Cannot write {folder.parent} ({error.strerror}); make the folder writable.") from error
    free = shutil.disk_usage(folder.parent).free
    if free < SPACE:
        raise UserError(f"{folder.parent} has {free / 1e9:.1f} GB free; the runtime needs {SPACE / 1e9:.1f} GB.")
    return Plan(folder, python, source, packed)


def _refuse_old_systems() -> None:
    """Raise UserError on systems that are too old for the wheels."""
    library, glibc = platform.libc_ver()
    if library == "glibc" and _numbers(glibc) < OLDEST_GLIBC:
        raise UserError(
            f"This Linux has glibc {glibc}; the runtime needs 2.28 (Debian 10, Ubuntu 20.04, RHEL 8) or later."
        )
    macos = platform.mac_ver()[0]
    if macos and _numbers(macos) < OLDEST_MACOS:
        raise UserError(f"This Mac has macOS {macos}; the runtime needs macOS 13 or later.")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
