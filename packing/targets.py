"""What zips are made for: a platform, a Python version, and the Blenders that bring that Python."""

import platform
import sys
from dataclasses import dataclass

from model_runtime.errors import InputError

__all__ = ["PYTHONS", "TARGETS", "Target"]


@dataclass(frozen=True)
class System:
    """A platform as pip and requirement markers name it. tags: platform tags of its wheels, preferred ones first."""

    tags: tuple[str, ...]
    sys_platform: str
    machine: str


def _linux(machine: str) -> System:
    # Blender 4.2 and later need glibc 2.28 themselves.
    versions = ("2014", "_2_17", "_2_26", "_2_27", "_2_28")
    return System(tuple(f"manylinux{version}_{machine}" for version in versions), "linux", machine)


def _macos(machine: str, oldest: tuple[str, ...]) -> System:
    # The wheels for the oldest systems first: they run on newer ones as well.
    versions = (*oldest, "11_0", "12_0", "13_0", "14_0")
    tags = tuple(f"macosx_{version}_{kind}" for version in versions for kind in (machine, "universal2"))
    return System(tags, "darwin", machine)


# Blender's name of a platform -> its description.
SYSTEMS = {
    "windows-x64": System(("win_amd64",), "win32", "AMD64"),
    "macos-arm64": _macos("arm64", ("10_9", "10_13")),
    "macos-x64": _macos("x86_64", ("10_9", "10_12", "10_13", "10_14", "10_15")),
    "linux-x64": _linux("x86_64"),
    "linux-arm64": _linux("aarch64"),
}
# Python version -> the first Blender that brings it, and the first that does not any more (empty: not known yet).
PYTHONS = {"3.11": ("4.2.0", "5.1.0"), "3.13": ("5.1.0", "")}


@dataclass(frozen=True)
class Target:
    """A platform (Blender's name, such as linux-x64) and a Python version (such as 3.11)."""

    platform: str
    python: str

    @classmethod
    def named(cls, platform: str, python: str) -> "Target":
        """The target of these names. Raises InputError with the names that there are."""
        if platform not in SYSTEMS:
            raise InputError(f"There is no platform {platform}; take one of {', '.join(SYSTEMS)}.")
        if python not in PYTHONS:
            raise InputError(f"No Blender that KMTalk supports brings Python {python}; take {' or '.join(PYTHONS)}.")
        return cls(platform, python)

    @classmethod
    def here(cls) -> "Target":
        """This machine's platform, with the Python of Blender 4.2 to 5.0. Raises InputError on other platforms."""
        machine = platform.machine().lower()
        for name, system in SYSTEMS.items():
            if (sys.platform, machine) == (system.sys_platform, system.machine.lower()):
                return cls(name, "3.11")
        raise InputError(f"Blender does not run on {sys.platform} {machine}; name a target with --target.")

    @property
    def title(self) -> str:
        """The target in file names."""
        return f"{self.platform}-py{self.python}"

    @property
    def blenders(self) -> tuple[str, str]:
        """The first Blender version that the zip is for, and the first later one that it is not for (or empty)."""
        return PYTHONS[self.python]

    @property
    def markers(self) -> dict[str, str]:
        """Values of the variables of requirement markers (PEP 508) on the target."""
        system = SYSTEMS[self.platform]
        return {
            "implementation_name": "cpython",
            "platform_machine": system.machine,
            "platform_python_implementation": "CPython",
            "platform_system": {"win32": "Windows", "darwin": "Darwin"}.get(system.sys_platform, "Linux"),
            "os_name": "nt" if system.sys_platform == "win32" else "posix",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": system.sys_platform,
        }

    @property
    def pip_options(self) -> list[str]:
        """Options of pip that select wheels for the target."""
        platforms = [f"--platform={tag}" for tag in SYSTEMS[self.platform].tags]
        python = [f"--python-version={self.python}", "--implementation=cp"]
        # pip compares Requires-Python with the Python that runs pip, not with the target's.
        return ["--no-deps", "--only-binary=:all:", "--ignore-requires-python", *python, *platforms]


TARGETS = tuple(Target(platform, python) for platform in SYSTEMS for python in PYTHONS)
