"""Fixtures of many tests: the bundled line with its phones, and the starter model.

The fixtures import the runtime when they are used: the extension's tests run in Blender, where the runtime is missing.
"""

import pytest
from recordings import LINE, TEXT

from model_runtime.libraries import keep_no_compiled_code

# Some tests make networks of transformers and optimizers directly, without the runtime's own call of this function.
keep_no_compiled_code()


@pytest.fixture(scope="session")
def line():
    from model_runtime.linguistics.align import find_phones
    from model_runtime.speech.audio import read_audio

    waveform = read_audio(LINE)
    return waveform, find_phones(waveform, TEXT)


@pytest.fixture(scope="session")
def model():
    from model_runtime.model.checkpoint import load_model

    return load_model("starter", "cpu")
