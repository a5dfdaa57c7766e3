"""The schema: command line, worker, extension and files follow the same settings.json and take.json."""

import json
import re
import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest
from recordings import LINE, TREE

from model_runtime import protocol
from model_runtime.errors import InputError
from model_runtime.schema import SETTINGS, take_arrays
from model_runtime.service.parameters import request_from
from model_runtime.service.take_request import Request
from model_runtime.settings import Settings
from tests.extension import extension_module

VALUES = {"number": [0.5], "count": [7], "switch": [False], "text": ["clear"]}


def test_the_settings_are_those_of_the_schema():
    assert [field.name for field in fields(Settings)] == list(SETTINGS)
    assert {name: setting.default for name, setting in SETTINGS.items()} == vars(Settings())


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_outside_of_its_range_or_kind_is_refused(name):
    setting = SETTINGS[name]
    wrong = [[], {}] if setting.range is None else [setting.range[0] - 1, setting.range[1] + 1, "1", True]
    for value in wrong:
        with pytest.raises(InputError, match=name):
            Settings(**{name: value})


def test_a_request_takes_every_setting_and_wants_a_rate():
    given = {name: VALUES[setting.kind][0] for name, setting in SETTINGS.items()}
    request = request_from(Request, {"audio": "a.wav", "output": "b.npz", **given})
    assert {name: getattr(request, name) for name in SETTINGS} == given
    with pytest.raises(InputError, match="fps"):
        request_from(Request, {"audio": "a.wav", "output": "b.npz"})


def test_the_protocol_names_every_parameter_of_generate():
    for field in fields(Request):
        assert re.search(rf"\b{field.name}\b", protocol.__doc__), field.name


def test_the_command_line_has_an_option_a_setting():
    shown = subprocess.run(
        [sys.executable, "-m", "model_runtime", "generate", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for name, setting in SETTINGS.items():
        assert f"--{name}" in shown, name
        assert "".join(setting.help.split()) in "".join(shown.split()), name


def test_the_extension_reads_the_same_settings():
    ours = extension_module("runtime.schema").SETTINGS
    assert list(ours) == list(SETTINGS)
    for name, setting in SETTINGS.items():
        assert ours[name].default == setting.default, name
        assert setting.range in (None, (ours[name].least, ours[name].most)), name
        assert ours[name].least <= ours[name].slider[0] <= ours[name].slider[1] <= ours[name].most, name


def test_a_take_holds_the_arrays_of_the_schema_and_no_others(tmp_path):
    command = [sys.executable, "-m", "model_runtime", "generate", str(LINE), "-o", str(tmp_path / "take.npz")]
    subprocess.run([*command, "--json"], capture_output=True, check=True, cwd=TREE)
    with np.load(tmp_path / "take.npz") as take:
        # The sounds of another language are only in takes that have some.
        assert take.files == [name for name in take_arrays() if name != "phone_sounds"]
        assert json.loads(str(take["meta"]))["settings"].keys() == SETTINGS.keys()
    assert set(extension_module("runtime.take_file").ARRAYS) | {"key_weights"} == set(take_arrays())
