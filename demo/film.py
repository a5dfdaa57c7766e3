"""The film: renders frames with Cycles on the CPU and joins them with the sound."""

import subprocess
from pathlib import Path

import bpy
import imageio_ffmpeg
from tqdm import tqdm

__all__ = ["render_frames", "write_film", "write_moving_picture"]

# Frames a second of the moving picture: half as many as the film has, for a page that loads at once.
PICTURE_FPS = 12.5
# Pixels a side of the moving picture.
PICTURE_SIZE = 320


def render_frames(scene: bpy.types.Scene, folder: Path) -> list[Path]:
    """Render each frame of the scene's range to a PNG in `folder`; returns the paths in order."""
    scene.render.image_settings.file_format = "PNG"
    paths = []
    for frame in tqdm(range(scene.frame_start, scene.frame_end + 1), leave=False, unit="frame", disable=None):
        path = folder / f"{frame:04d}.png"
        scene.frame_set(frame)
        scene.render.filepath = str(path.resolve())
        bpy.ops.render.render(write_still=True)
        paths.append(path)
    return paths


def write_film(frames: list[Path], sound: Path, fps: float, path: Path) -> Path:
    """Join frames 0001.png, ... and a sound that starts at the first frame to an MP4 (H.264, AAC) at `fps`."""
    pictures = ["-framerate", str(fps), "-start_number", frames[0].stem, "-i", str(frames[0].parent / "%04d.png")]
    codecs = ["-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "128k"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", *pictures, "-i", str(sound), *codecs]
    subprocess.run([*command, "-movflags", "+faststart", str(path)], check=True)
    return path


def write_moving_picture(film: Path, path: Path) -> Path:
    """Write a film as a GIF that repeats, smaller and in 128 colours of its own."""
    smaller = f"fps={PICTURE_FPS},scale={PICTURE_SIZE}:-1:flags=lanczos"
    filters = f"{smaller},split[a][b];[a]palettegen=max_colors=128[p];[b][p]paletteuse=dither=bayer:bayer_scale=4"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", "-i", str(film), "-vf", filters]
    subprocess.run([*command, "-loop", "0", str(path)], check=True)
    return path
