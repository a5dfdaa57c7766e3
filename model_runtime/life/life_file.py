"""LIFE.npz: `fps`, `head` (T, 3), `eyes` (T, 2, 2), `chest` (T,), `breath` (T,), `weights` (T, K), `channels` (K,),
`held` (T,), `event_labels`, `event_start`, `event_end` (E,) and `meta` (JSON); see `performance.Life` for units."""

import json
from pathlib import Path

import numpy as np

from model_runtime.files.npz import write_npz
from model_runtime.life.performance import Life

__all__ = ["write_life"]


def write_life(life: Life, path: Path | str) -> Path:
    """Write LIFE.npz atomically. Equal lives give equal bytes."""
    return write_npz(
        path,
        {
            "fps": np.array(life.fps, np.float64),
            "head": life.head,
            "eyes": life.eyes,
            "chest": life.chest,
            "breath": life.breath,
            "weights": life.weights,
            "channels": np.array(life.channels, dtype=np.str_),
            "held": life.held,
            "event_labels": np.array([event.label for event in life.events], dtype=np.str_),
            "event_start": np.array([event.start for event in life.events], np.float64),
            "event_end": np.array([event.end for event in life.events], np.float64),
            "meta": np.array(json.dumps(life.meta, sort_keys=True)),
        },
    )
