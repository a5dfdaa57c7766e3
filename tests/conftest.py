"""What many tests share: the bundled line with its phones, and the starter model.

Imported where they are asked for: the tests of the extension run in Blender, where there is no runtime.
"""

import pytest
from recordings import LINE, TEXT

from model_runtime.libraries import keep_no_compiled_code

# Tests make networks of transformers and optimizers of their own.
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
