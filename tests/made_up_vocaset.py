"""A synthetic VOCASET: the four official files with the real names and counts, and motion of the project's own head."""

import pickle
from itertools import pairwise
from pathlib import Path

import numpy as np

from model_runtime.datasets.regions import FLAME_SKIN, FLAME_VERTICES
from model_runtime.datasets.vocaset import SUBJECTS
from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.head import Head
from model_runtime.speech.audio import SAMPLE_RATE, read_audio

__all__ = ["made_up_vocaset", "write_official"]

LINE = Path(__file__).parent.parent / "assets" / "demo_line.flac"
RATE = 22000  # sample rate of VOCASET's audio, Hz
CHANNELS = ("jawOpen", "mouthFunnel", "mouthSmileLeft", "mouthSmileRight", "browInnerUp")
MARKS = {
    **{1579: "mouth_left", 2715: "mouth_right", 3531: "upper_lip_inner", 3504: "lower_lip_inner"},
    **{3543: "facemesh_0", 3503: "facemesh_17", 1175: "eye_left_outer", 3833: "eye_left_inner"},
    **{2437: "eye_right_outer", 3632: "eye_right_inner"},
}
# FLAME vertex of a brow -> landmark of the eye's corner below it.
BROWS = {571: "eye_left_outer", 3851: "eye_left_inner", 3684: "eye_right_inner", 1984: "eye_right_outer"}


def made_up_vocaset(sentences: int = 2, seconds: float = 1.6) -> dict:
    """The content of the four files: train subjects say sentences 1.., the other subjects 21.. . seconds: of a clip."""
    head = demo_head()
    chosen = _vertices(head)
    shapes = head.deltas[[head.channels.index(name) for name in CHANNELS]][:, chosen]
    # To FLAME's axes: the face looks along +Z, +Y is up.
    shapes = shapes[:, :, [0, 2, 1]] * np.float32([1, 1, -1])
    base = head.vertices[chosen][:, [0, 2, 1]] * np.float32([1, 1, -1])
    line = read_audio(LINE).samples
    rows, templates, index, sounds = [], {}, {}, {}
    for number, subject in enumerate(SUBJECTS):
        templates[subject] = (base * (1 + 0.01 * number)).astype(np.float64)
        index[subject], sounds[subject] = {}, {}
        for sentence in range(sentences):
            start = int(SAMPLE_RATE * 0.25 * ((number + 3 * sentence) % 12))
            part = line[start : start + int(seconds * SAMPLE_RATE)]
            motion = _motion(part, round(seconds * 60)) @ shapes.reshape(len(CHANNELS), -1)
            name = f"sentence{sentence + (1 if number < 8 else 21):02d}"
            first = sum(len(each) for each in rows)
            rows.append(templates[subject].astype(np.float32) + motion.reshape(len(motion), -1, 3))
            index[subject][name] = {frame: first + frame for frame in range(len(motion))}
            resampled = np.interp(np.arange(int(seconds * RATE)) / RATE, np.arange(len(part)) / SAMPLE_RATE, part)
            sounds[subject][name] = {"audio": (resampled * 32767).astype(np.int16), "sample_rate": RATE}
    return {
        "data_verts.npy": np.concatenate(rows).astype(np.float32),
        "raw_audio_fixed.pkl": sounds,
        "templates.pkl": templates,
        "subj_seq_to_idx.pkl": index,
    }


def write_official(content: dict, folder: Path) -> Path:
    """Write the four files; the pickles use protocol 2, as Python 2 does."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in content.items():
        if name.endswith(".npy"):
            np.save(folder / name, value)
        else:
            (folder / name).write_bytes(pickle.dumps(value, 2))
    return folder


def _vertices(head: Head) -> np.ndarray:
    """(5023,) indices of our head's vertices; FLAME's landmarks and brows have the matching vertex at FLAME's index."""
    rng = np.random.default_rng(0)
    chosen = rng.permutation(np.resize(np.arange(len(head.vertices)), FLAME_VERTICES))
    skin = np.concatenate([head.lips, head.upper_face])
    chosen[: len(skin)] = skin[: min(len(skin), FLAME_SKIN)]
    for number, name in MARKS.items():
        chosen[number] = head.landmarks[name]
    for number, name in BROWS.items():
        above = head.vertices[head.landmarks[name]] + np.array([0, 0, 0.02])
        distance = np.linalg.norm(head.vertices[head.upper_face] - above, axis=1)
        chosen[number] = head.upper_face[distance.argmin()]
    return chosen


def _motion(sound: np.ndarray, frames: int) -> np.ndarray:
    """(T, 5) weights from the waveform's loudness: opening follows the loudness; rounding, smiling and brow raising
    follow its slower changes."""
    edges = np.linspace(0, len(sound), frames + 1).astype(int)
    power = np.array([np.abs(sound[a:b]).mean() for a, b in pairwise(edges)])
    window = np.hanning(9) / np.hanning(9).sum()
    loud = np.convolve(power / max(power.max(), 1e-6), window, mode="same")
    slow = np.convolve(loud, np.ones(21) / 21, mode="same")
    smile = 0.4 * np.clip(slow - 0.2, 0, 1)
    return np.stack([0.8 * loud, 0.5 * np.clip(slow - loud, 0, 1), smile, smile, 0.3 * slow], axis=1).astype(np.float32)
