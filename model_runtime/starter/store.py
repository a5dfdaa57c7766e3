"""Examples on disk: prepared once, read by every training after."""

import json
from pathlib import Path

import numpy as np

from model_runtime.acoustics import LogMel
from model_runtime.linguistics.phones import PhoneTrack, Span
from model_runtime.npz import read_npz, write_npz
from model_runtime.training.examples import Example

__all__ = ["read_examples", "write_examples"]

ARRAYS = ("bands", "loudness", "frames", "times", "weights", "described")


def write_examples(examples: list[Example], path: Path) -> None:
    """Write examples (at least one) as one .npz file."""
    described = [
        {
            "name": example.name,
            "phones": example.phones and [[p.label, p.start, p.end] for p in example.phones.phones],
            "style": example.style,
            "importance": example.importance,
        }
        for example in examples
    ]
    write_npz(
        path,
        {
            "bands": np.stack([example.mel.bands for example in examples]).astype(np.float32),
            "loudness": np.stack([example.mel.loudness for example in examples]).astype(np.float32),
            "frames": np.array([len(example.times) for example in examples]),
            "times": np.concatenate([example.times for example in examples]),
            "weights": np.concatenate([example.weights for example in examples]).astype(np.float32),
            "described": np.array(json.dumps(described)),
        },
    )


def read_examples(path: Path) -> list[Example]:
    """The examples as they were written."""
    arrays = read_npz(path, ARRAYS)
    ends = np.cumsum(arrays["frames"])
    examples = []
    for index, described in enumerate(json.loads(str(arrays["described"]))):
        rows = slice(ends[index] - arrays["frames"][index], ends[index])
        phones = described["phones"]
        examples.append(
            Example(
                name=described["name"],
                mel=LogMel(arrays["bands"][index], arrays["loudness"][index]),
                phones=None if phones is None else PhoneTrack(tuple(Span(*phone) for phone in phones)),
                times=arrays["times"][rows],
                weights=arrays["weights"][rows],
                style=described["style"],
                importance=described["importance"],
            )
        )
    return examples
