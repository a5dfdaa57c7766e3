"""Examples on disk: computed once, read by every training.

The array `known` holds frame_confidence, and the number `importance` sample_weight.
"""

import json
from pathlib import Path

import numpy as np

from model_runtime.files.input_files import parse_json
from model_runtime.files.npz import NUMBERS, TEXT, WHOLE, Wanted, read_npz, write_npz
from model_runtime.linguistics.phones import PhoneTrack, Span
from model_runtime.speech.log_mel import LogMel
from model_runtime.training.examples import Example

__all__ = ["read_examples", "write_examples"]

ARRAYS = {
    **dict.fromkeys(("bands", "loudness", "features", "times", "weights", "known"), Wanted(NUMBERS)),
    **{"frames": Wanted(WHOLE), "closed": Wanted("b"), "described": Wanted(TEXT, 1)},
}


def write_examples(examples: list[Example], path: Path) -> None:
    """Write examples (at least one) as one .npz file."""
    described = [
        {
            "name": example.name,
            "phones": _listed(example.phones),
            "style": example.style,
            "importance": example.sample_weight,
        }
        for example in examples
    ]
    write_npz(
        path,
        {
            "bands": np.stack([example.mel.bands for example in examples]).astype(np.float32),
            "loudness": np.stack([example.mel.loudness for example in examples]).astype(np.float32),
            "features": np.stack([example.features for example in examples]).astype(np.float16),
            "frames": np.array([len(example.times) for example in examples]),
            "times": np.concatenate([example.times for example in examples]),
            "weights": np.concatenate([example.weights for example in examples]).astype(np.float32),
            "closed": np.concatenate([example.closed for example in examples]),
            "known": np.concatenate([example.frame_confidence for example in examples]),
            "described": np.array(json.dumps(described)),
        },
    )


def read_examples(path: Path) -> list[Example]:
    """The examples of a file of write_examples, in their order."""
    arrays = read_npz(path, ARRAYS)
    ends = np.cumsum(arrays["frames"])
    examples = []
    for index, described in enumerate(parse_json(str(arrays["described"]), str(path))):
        rows = slice(ends[index] - arrays["frames"][index], ends[index])
        examples.append(
            Example(
                name=described["name"],
                mel=LogMel(arrays["bands"][index], arrays["loudness"][index]),
                features=arrays["features"][index],
                phones=_track(described["phones"]),
                times=arrays["times"][rows],
                weights=arrays["weights"][rows],
                closed=arrays["closed"][rows],
                frame_confidence=arrays["known"][rows],
                style=described["style"],
                sample_weight=described["importance"],
            )
        )
    return examples


def _listed(track: PhoneTrack | None) -> list | None:
    return None if track is None else [[phone.label, phone.start, phone.end] for phone in track.phones]


def _track(phones: list | None) -> PhoneTrack | None:
    return None if phones is None else PhoneTrack(tuple(Span(*phone) for phone in phones))
