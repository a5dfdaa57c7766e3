"""head: writes a head with one shape for each channel, as .npz."""

from dataclasses import dataclass, replace
from pathlib import Path

import click

from model_runtime.errors import InputError
from model_runtime.files.paths import check_output
from model_runtime.heads.head import Head, write_head
from model_runtime.progress import Report
from model_runtime.service.console import answer, json_option, progress_bar
from model_runtime.service.model_cache import ModelCache

__all__ = ["Request", "command", "run"]


@dataclass(frozen=True)
class Request:
    """Parameters of head: the project's own head, or one made from a FLAME model or a mesh file. landmarks: a JSON file
    for the mesh. name: what messages call the mesh; None: the file's name."""

    output: str
    flame: str | None = None
    mesh: str | None = None
    landmarks: str | None = None
    name: str | None = None


def run(request: Request, cache: ModelCache, report: Report) -> dict:
    """Write the head. Returns output, vertices (count), channels (names) and notes (sentences). Raises InputError."""
    output = check_output(request.output)
    if request.flame is not None and request.mesh is not None:
        raise InputError("A head is made of a FLAME model or of a mesh; leave one of both out.")
    if request.landmarks is not None and request.mesh is None:
        raise InputError("Landmarks belong to a mesh; give the mesh too.")
    report("head", 0.0, "Shaping")
    head = _make(request, cache, report)
    write_head(head, output)
    report("head", 1.0, "Done")
    return {
        "output": str(output),
        "vertices": len(head.vertices),
        "channels": list(head.channels),
        "notes": list(head.notes),
    }


def _make(request: Request, cache: ModelCache, report: Report) -> Head:
    # Imported here and below: making shapes loads scipy.
    if request.flame is not None:
        from model_runtime.heads.flame import flame_head, read_flame

        return flame_head(read_flame(request.flame), request.flame, report, cache.source())
    if request.mesh is not None:
        from model_runtime.heads.flame_topology import flame_landmarks
        from model_runtime.heads.mesh import check_mesh
        from model_runtime.heads.mesh_files import read_landmarks, read_mesh
        from model_runtime.heads.rigging import rig_mesh

        mesh = read_mesh(request.mesh, request.name)
        given = read_landmarks(request.landmarks) if request.landmarks is not None else mesh.landmarks
        mesh = replace(mesh, landmarks=given or flame_landmarks(mesh.alone()))
        name = request.name or Path(request.mesh).name
        check_mesh(mesh, name)
        return rig_mesh(mesh, name, report, cache.source())
    return cache.head()


@click.command("head", help="Write a head (.npz) with one shape a channel.")
@click.option("-o", "--output", required=True, help="The head to write.")
@click.option("--flame", help="A FLAME model (.pkl, .npz) or template (.ply, .obj).")
@click.option("--mesh", help="A mesh of a head (.obj or .ply).")
@click.option("--landmarks", help="The mesh's landmarks: JSON, name -> vertex; FLAME's topology needs none.")
@json_option
def command(as_json: bool, **options: object) -> None:
    """Run `run` from the command line."""
    with progress_bar() as report:
        result = run(Request(**options), ModelCache(), report)  # type: ignore[arg-type]
    text = f"{result['output']}: {result['vertices']} vertices, {len(result['channels'])} channels."
    answer(result, as_json, " ".join([text, *result["notes"]]))
