"""Makes all files of the demo from the bundled line and prints the seconds of each stage."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy

import kmtalk_blender
from demo.curves import draw_curves
from demo.film import render_frames, write_film, write_moving_picture
from demo.quiet import quiet
from demo.sheet import draw_sheet
from demo.stage import add_neck, set_stage
from kmtalk_blender import scene as kmtalk
from kmtalk_blender import session
from model_runtime.take import read_take

__all__ = ["make_demo"]

ASSETS = Path(__file__).resolve().parent.parent / "assets"


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Print the stage's name and, at its end, its duration in seconds."""
    print(f"  {name:<34}", end="", flush=True)
    start = time.monotonic()
    yield
    print(f"{time.monotonic() - start:6.1f} s", flush=True)


def make_demo(out: Path) -> None:
    """Make demo.blend, demo.mp4, demo.gif, demo.png, curves.png and demo.npz in the folder `out`. Raises UserError."""
    out.mkdir(parents=True, exist_ok=True)
    sound = ASSETS / "demo_line.flac"
    words = (ASSETS / "demo_line.txt").read_text().strip()
    print(f'"{words}"')
    bpy.ops.wm.read_factory_settings(use_empty=True)
    kmtalk_blender.register()
    context = bpy.context
    with stage("runtime starts, head is made"):
        head = kmtalk.add_demo_head(context, session.worker())
    with stage("scene, sound strip"):
        strip = set_stage(context.scene, head, sound)
        life = head.kmtalk.life
        life.use, life.look_at = True, context.scene.camera
        life.head_to, life.head_object = "OBJECT", add_neck(context.scene, head)
    with stage("line becomes keys"):
        report = kmtalk.generate(
            context, session.worker(), kmtalk.Line(target=head.name, strip=strip, transcript=words)
        )
    with stage("take, curves.png"):
        take = read_take(kmtalk.export_take(head, out / "demo.npz"))
        draw_curves(take, words, out / "curves.png")
    session.close()
    with stage("demo.blend"), quiet():
        # Pack the sound into the file, so that the file plays on any computer.
        bpy.ops.file.pack_all()
        bpy.ops.wm.save_as_mainfile(filepath=str((out / "demo.blend").resolve()), compress=True)
    with stage(f"{len(take.weights)} frames (Cycles, CPU)"), quiet():
        frames = render_frames(context.scene, out / "frames")
    with stage("demo.mp4, demo.gif, demo.png"):
        write_moving_picture(write_film(frames, sound, take.fps, out / "demo.mp4"), out / "demo.gif")
        draw_sheet(frames, take, out / "demo.png")
    print(report.text)
    for name in ("demo.blend", "demo.mp4", "demo.gif", "demo.png", "curves.png", "demo.npz"):
        print(f"  {out / name}  {(out / name).stat().st_size / 1e3:.0f} kB")
