"""Captures of one person, to adapt a model to: landmark tracks or curves of a face, each with its sound."""

from pathlib import Path

import numpy as np

from model_runtime import limits
from model_runtime.adapt import FaceClip
from model_runtime.datasets.curves import SUFFIXES, read_curves
from model_runtime.datasets.landmark_tracks import LandmarkTrack, TrackEntry, read_track, resting_face
from model_runtime.errors import InputError
from model_runtime.files.input_files import check_path, is_file, is_folder, read_bytes
from model_runtime.files.npz import NUMBERS, Wanted, read_npz
from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.fitting import FitConfig, fit_channels
from model_runtime.speech.audio import Waveform, read_audio

__all__ = ["read_face_clips"]

# Suffixes of sounds, and of films with sound, that lie beside a capture.
SOUNDS = (".flac", ".wav", ".ogg", ".mp3", ".m4a", ".aiff", ".mov", ".mp4")
# Difference between the lengths of a sound and a motion that belong together, s.
APART_S = 0.5
# Longest capture, s: what more of one person brings is for a training.
LONGEST_S = 600.0
# Range below which a lip gap stands still, IOD.
STILL_IOD = 0.02


def read_face_clips(capture: Path | str, audio: Path | str | None = None) -> tuple[list[FaceClip], tuple[str, ...]]:
    """The clips of a capture, in order of their names, and notes for the user.

    capture: a landmark track (.npz, with points.json two folders above), a file of curves (.csv, .json, .npz), or a
    folder of such files. Its sound lies beside under the same name, or is `audio`; a <name>.txt beside holds what is
    said. Raises InputError with the first fault.
    """
    path = check_path(capture)
    if is_folder(path):
        files = sorted(one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES and _sound_of(one) is not None)
        if not files:
            raise InputError(f"{path} holds no capture with a sound of the same name beside it.")
        if audio is not None:
            raise InputError(f"{path} is a folder, whose sounds lie beside the captures; leave --audio out.")
    elif is_file(path):
        files = [path]
    else:
        raise InputError(f"There is no capture {path}.")
    sounds: list[Waveform] = []
    for one in files:
        sounds.append(read_audio(_needed_sound(one, audio)))
        if sum(sound.duration for sound in sounds) > LONGEST_S:
            raise InputError(f"The capture lasts longer than {LONGEST_S / 60:g} minutes; give a part of it.")
    tracks = {one: read_track(_entry(one)) for one in files if _is_track(one)}
    fitted = _fitted(tracks)
    clips, notes = [], []
    for file, sound in zip(files, sounds, strict=True):
        if file in fitted:
            clip = FaceClip(file.stem, sound, *fitted[file], _text_of(file))
        else:
            curves = read_curves(file)
            notes += [f"{file.name}: {note}" for note in curves.notes]
            clip = FaceClip(file.stem, sound, curves.times, curves.names, curves.weights, _text_of(file))
        _check_length(file, clip.times, sound)
        clips.append(clip)
    return clips, tuple(notes)


def _fitted(tracks: dict[Path, LandmarkTrack]) -> dict[Path, tuple[np.ndarray, tuple[str, ...], np.ndarray]]:
    """Times, channels and weights of the tracks, which show one person: the neutral face is that of all."""
    if not tracks:
        return {}
    first, numbers = next(iter(tracks.items()))[0], {track.numbers for track in tracks.values()}
    if len(numbers) > 1:
        raise InputError(f"The tracks beside {first.name} hold different points; give those of one person.")
    if np.ptp(np.concatenate([track.gap for track in tracks.values()])) < STILL_IOD:
        raise InputError(f"The lips in {first} stand still; give a capture of somebody who speaks.")
    neutral, head = resting_face(list(tracks.values())), demo_head()
    found = {}
    for file, track in tracks.items():
        weights = fit_channels(head, track.xy - neutral, track.numbers, FitConfig()).weights
        found[file] = np.arange(len(weights)) / track.fps, head.channels, weights
    return found


def _is_track(file: Path) -> bool:
    return file.suffix.lower() == ".npz" and "xyz" in read_npz(file, {"xyz": Wanted(NUMBERS, required=False)})


def _entry(file: Path) -> TrackEntry:
    return TrackEntry(file.stem, file.parent.name, "", "", file.with_suffix(".flac"), file.absolute())


def _sound_of(file: Path) -> Path | None:
    return next((sound for suffix in SOUNDS if is_file(sound := file.with_suffix(suffix))), None)


def _needed_sound(file: Path, audio: Path | str | None) -> Path | str:
    sound = audio if audio is not None else _sound_of(file)
    if sound is None:
        raise InputError(f"{file} has no sound of the same name beside it; put it there, or name it with --audio.")
    return sound


def _text_of(file: Path) -> str | None:
    text = file.with_suffix(".txt")
    # Face Cap's curves are a .txt themselves.
    if text == file or not is_file(text):
        return None
    return read_bytes(text, limits.TRANSCRIPT_BYTES).decode("utf-8", "replace")


def _check_length(file: Path, times: np.ndarray, sound: Waveform) -> None:
    moves = float(times[-1])
    if abs(moves - sound.duration) > APART_S:
        raise InputError(
            f"{file.name} lasts {moves:.1f} s and its sound {sound.duration:.1f} s; cut them to the same piece."
        )
