"""python build_addon.py: writes dist/kmtalk-<version>.zip, the extension for every platform."""

import sys
from pathlib import Path

import click

from model_runtime import __version__
from model_runtime.errors import InputError
from packing.archive import LIBRARY, extension_files, write_archive
from packing.blender_cli import generate_repository, validate
from packing.wheels import PLATFORMS, Target, download_wheels, list_wheels

ROOT = Path(__file__).resolve().parent
# Largest size of the zip, bytes. Blender's extension site accepts far more; the limit keeps the download short.
LIMIT = 40_000_000


@click.command()
@click.option("--output", type=click.Path(path_type=Path), default=ROOT / "dist", help="Folder for what is built.")
@click.option("--repository", is_flag=True, help="Also write a static extension repository (index.json).")
@click.option(
    "--offline",
    nargs=2,
    metavar="PLATFORM PYTHON",
    help=f"Add every wheel of the runtime for closed networks: {', '.join(PLATFORMS)}, and 3.11 or 3.13.",
)
@click.option("--dry-run", is_flag=True, help="With --offline: only list the wheels.")
def build(output: Path, repository: bool, offline: tuple[str, str] | None, dry_run: bool) -> None:
    """Pack the extension, its runtime and the starter model. No wheels, unless --offline asks for them."""
    try:
        if offline and dry_run:
            _list(Target.named(*offline))
        elif offline:
            _build_offline(output, Target.named(*offline))
        else:
            archive = _build(output)
            if repository:
                folder = output / "repository"
                write_archive(folder / archive.name, extension_files(ROOT))
                click.echo(f"{generate_repository(folder)}: serve this folder with any web server")
    except InputError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def _build(output: Path) -> Path:
    archive = write_archive(output / f"kmtalk-{__version__}.zip", extension_files(ROOT))
    size = archive.stat().st_size
    if size >= LIMIT:
        raise InputError(f"{archive} has {size / 1e6:.1f} MB, more than {LIMIT / 1e6:.0f}; leave something out.")
    validate(archive)
    click.echo(f"{archive}: {size / 1e6:.1f} MB")
    return archive


def _build_offline(output: Path, target: Target) -> None:
    contents = extension_files(ROOT, target.platform)
    contents |= {
        f"{LIBRARY}/wheelhouse/{wheel.name}": wheel.read_bytes() for wheel in download_wheels(target, output / "wheels")
    }
    archive = write_archive(output / f"kmtalk-{__version__}-{target.platform}-py{target.python}.zip", contents)
    validate(archive)
    click.echo(f"{archive}: {archive.stat().st_size / 1e6:.1f} MB")


def _list(target: Target) -> None:
    for wheel in list_wheels(target):
        click.echo(wheel)


if __name__ == "__main__":
    build()
