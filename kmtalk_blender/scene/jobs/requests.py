"""The requests for the worker."""

import dataclasses
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...runtime.emotion_file import write_strengths
from ...runtime.life_file import write_target
from ...runtime.schema import EMOTION_SETTINGS
from ...runtime.take_file import Take, write_keys, write_take
from ..options import Style
from ..phones.phone_list import PhoneLists
from ..sound.strips import AudioClip
from ..sound.transcripts import Transcript
from ..takes.edits import Poses

__all__ = ["Capture", "Request", "complete_request", "emotion_request", "generate_request", "life_request"]


@dataclass(frozen=True)
class Request:
    """One request for the worker."""

    op: str
    params: dict


@dataclass(frozen=True)
class Capture:
    """A captured performance. path: its file or folder. timecode: at which it begins, or empty. has_sound: whether the
    clip is its sound."""

    path: Path
    timecode: str = ""
    has_sound: bool = True


def generate_request(
    clip: AudioClip,
    style: Style,
    transcript: Transcript,
    phones: PhoneLists,
    folder: Path,
    speaker: str,
    capture: Capture | None = None,
    language: str = "auto",
    pronunciations: str = "",
) -> Request:
    """The request for a take of a clip. phones: if any, used in place of the transcript. speaker: the character's name.
    capture: if any, the take has its motion. language: what is spoken where the transcript does not say it.
    pronunciations: path of a list of them, or empty. Files go into `folder`."""
    params: dict[str, Any] = {
        "output": str(folder / "generated.npz"),
        "fps": clip.fps,
        "start": clip.start,
        "name": clip.name,
        "language": transcript.language or language,
    }
    if capture is None:
        params |= dataclasses.asdict(style) | {"audio": str(clip.path)}
    else:
        params |= {"capture": str(capture.path), "model": style.model, "device": style.device}
        if capture.timecode.strip():
            params["zero"] = capture.timecode
        if capture.has_sound:
            params["audio"] = str(clip.path)
    if clip.end is not None:
        params["end"] = clip.end
    if phones:
        params |= _listed(phones)
    elif transcript.text:
        params["transcript"] = transcript.text
    elif transcript.file is not None:
        params["transcript_file"] = str(transcript.file)
    elif transcript.textgrid is not None:
        params |= {"textgrid": str(transcript.textgrid), "speaker": speaker}
        if transcript.tier.strip():
            params["tier"] = transcript.tier
    if pronunciations and not phones and transcript.textgrid is None and "audio" in params:
        params["pronunciations"] = pronunciations
    return Request("generate" if capture is None else "capture", params)


def complete_request(
    take: Take,
    poses: Poses,
    style: Style,
    window: tuple[int, int],
    locked: tuple[str, ...],
    folder: Path,
    phones: PhoneLists | None = None,
) -> Request:
    """The request for a motion through poses. window: first and last take frame that may change. locked: channels that
    may not change. phones: corrected ones, if any. Files go into `folder`."""
    write_take(take, folder / "take.npz")
    write_keys(folder / "keys.npz", poses.frames, poses.weights, take.channels)
    params = {
        "take": str(folder / "take.npz"),
        "keys": str(folder / "keys.npz"),
        "output": str(folder / "completed.npz"),
        "model": style.model,
        "device": style.device,
        "first": window[0],
        "last": window[1],
        "locked": list(locked),
    }
    return Request("complete", params | (_listed(phones) if phones else {}))


def life_request(
    take: Take, clip: AudioClip | None, settings: dict[str, float], looked_at: np.ndarray | None, folder: Path
) -> Request:
    """The request for the life of a take. clip: its sound, if there is one. settings: strengths and seed. looked_at:
    (T, 3) what the eyes hold on, if anything. Files go into `folder`."""
    write_take(replace(take, acoustics=np.zeros((0, 0), np.float16)), folder / "spoken.npz")
    params: dict[str, Any] = {"take": str(folder / "spoken.npz"), "output": str(folder / "life.npz"), **settings}
    if clip is not None:
        params |= {"audio": str(clip.path), "start": clip.start}
        if clip.end is not None:
            params["end"] = clip.end
    if looked_at is not None:
        params["target"] = str(write_target(folder / "target.npz", looked_at))
    return Request("life", params)


def emotion_request(take: Take, strengths: np.ndarray, folder: Path) -> Request:
    """The request for the emotion of a take. strengths: (T, E), or (1, E) for all frames. Files go into `folder`."""
    write_take(replace(take, acoustics=np.zeros((0, 0), np.float16)), folder / "felt.npz")
    curves = write_strengths(folder / "strengths.npz", strengths, tuple(EMOTION_SETTINGS))
    files = {"take": folder / "felt.npz", "output": folder / "emotion.npz", "strengths": curves}
    return Request("emotion", {name: str(path) for name, path in files.items()})


def _listed(phones: PhoneLists) -> dict:
    listed: dict[str, list] = {
        "phones": [list(phone) for phone in phones.phones],
        "words": [list(word) for word in phones.words],
    }
    return listed | ({"sounds": list(phones.sounds)} if any(phones.sounds) else {})
