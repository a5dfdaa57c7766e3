"""python build_addon.py: writes dist/kmtalk-<version>-<platform>-py<python>.zip, the extension with all it needs."""

import sys
from pathlib import Path

import click

from model_runtime import __version__
from model_runtime.errors import InputError
from packing.archive import HEAD, LIBRARY, LISTING, PACKAGES, extension_files, listing, write_archive
from packing.blender_cli import generate_repository, validate
from packing.own_head import ready_head
from packing.packages import packed_packages
from packing.targets import PYTHONS, SYSTEMS, TARGETS, Target
from packing.wheels import list_wheels

ROOT = Path(__file__).resolve().parent
# Largest size of a zip, bytes: below the limit of Blender's extension site, and a short download.
LIMIT = 150_000_000


@click.command()
@click.option("--output", type=click.Path(path_type=Path), default=ROOT / "dist", help="Folder for what is built.")
@click.option(
    "--target",
    nargs=2,
    metavar="PLATFORM PYTHON",
    help=f"{', '.join(SYSTEMS)}; {' or '.join(PYTHONS)}. Default: this platform, and 3.11 for Blender 4.2 to 5.0.",
)
@click.option("--all", "every", is_flag=True, help="Build for every platform and Python.")
@click.option("--repository", is_flag=True, help="Put the zips into an extension repository for any web server.")
@click.option("--dry-run", is_flag=True, help="Only find every wheel and compare its hash with the lock.")
@click.option("--limit", type=int, default=LIMIT, show_default=True, help="Largest size of a zip, bytes.")
def build(
    output: Path, target: tuple[str, str] | None, every: bool, repository: bool, dry_run: bool, limit: int
) -> None:
    """Pack the extension with the runtime, its packages and its models, for one platform and Python, or for all."""
    try:
        if every and target:
            raise InputError("--all builds every target; leave --target out.")
        targets = (
            TARGETS if every or (dry_run and not target) else (Target.named(*target) if target else Target.here(),)
        )
        folder = output / "repository" if repository else output
        for one in targets:
            if dry_run:
                click.echo("\n".join([f"{one.title}:", *(f"  {name}" for name in list_wheels(one))]))
            else:
                archive = _build(folder, one, limit)
                click.echo(f"{archive}: {archive.stat().st_size / 1e6:.1f} MB")
        if repository and not dry_run:
            click.echo(f"{generate_repository(folder)}: serve this folder with any web server")
    except InputError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def _build(folder: Path, target: Target, limit: int) -> Path:
    """Write the zip of a target. Raises InputError, without a zip, when it is larger than `limit` bytes."""
    contents = extension_files(ROOT, target)
    # What takes long, such as wheels from the network, is made once for all builds, wherever those go.
    made = ROOT / "dist" / "packed"
    contents[PACKAGES], contents[f"{LIBRARY}/packages.json"] = packed_packages(target, made)
    contents[HEAD] = ready_head(ROOT, made)
    contents[LISTING] = listing(contents)
    archive = write_archive(folder / f"kmtalk-{__version__}-{target.title}.zip", contents)
    size = archive.stat().st_size
    if size > limit:
        archive.unlink()
        raise InputError(
            f"{archive.name} has {size / 1e6:.1f} MB, more than {limit / 1e6:.0f}; leave files out in "
            "packing/contents.py."
        )
    validate(archive)
    return archive


if __name__ == "__main__":
    build()
