"""Texts, tables, JSON and configurations that could make a parser hang: one sentence or a result, in little time and
memory."""

import pytest
from fuzz.good_files import GRID
from limited import GROWTH, limited, refused

from model_runtime.errors import InputError
from model_runtime.linguistics.text import spoken_words

DEEP = "[" * 100_000
TEXTS = {
    "deep": DEEP,
    "deep objects": '{"a":' * 50_000,
    "a million digits": "1" * 1_000_000,
    "not a number": '{"phones": [["AA", NaN, 1]]}',
    "many values": "[" + "0," * 5_000_000 + "0]",
    "many lists": "[" + "[]," * 5_000_000 + "0]",
    "an unclosed text": '"' + '\\"' * 500_000,
}
JSON_READERS = (
    "model_runtime.linguistics.phone_lists:read_phone_lists",
    "model_runtime.heads.mesh_files:read_landmarks",
    "kmtalk_blender.runtime.take_tables:read_take_json",
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("call", JSON_READERS)
def test_json_that_is_deep_or_endless(tmp_path, call, text):
    (tmp_path / "a.json").write_text(TEXTS[text])
    refused(call, tmp_path / "a.json")


@pytest.mark.parametrize("name", ["fps", "time"])
def test_curves_whose_clock_runs_for_ever(tmp_path, name):
    rows = {"fps": "Timecode,BlendShapeCount,jawOpen\n{},1,0.1\n{},1,0.2\n", "time": "time,jawOpen\n{},0.1\n{},0.2\n"}
    times = {"fps": ("00:00:00:00", "9999:00:00:00"), "time": ("0", "1e300")}
    (tmp_path / "a.csv").write_text(rows[name].format(*times[name]))
    refused("model_runtime.datasets.curves:read_curves", tmp_path / "a.csv")


@pytest.mark.parametrize(
    "table",
    [
        b"Timecode,BlendShapeCount,JawOpen\n00:00:01:inf,1,0.1\n00:00:01:01.0,1,0.2\n",
        b"Timecode,BlendShapeCount,JawOpen\n00:00:01:" + b"9" * 5000 + b",1,0.1\n00:00:01:01.0,1,0.2\n",
        b"Timecode,BlendShapeCount,JawOpen\n00:00:00:01,1,1e400\n00:00:01:01.0,1,nan\n",
        b"Timecode,BlendShapeCount" + b",a" * 5_000_000,
        b'Timecode,BlendShapeCount,"' + b"a\n" * 1_000_000,
        b"Timecode,BlendShapeCount,JawOpen\n" + b"0," * 9_000_000,
        b"\0" * 100_000,
        b"",
    ],
)
@pytest.mark.parametrize(
    "call", ["model_runtime.datasets.curves:read_curves", "kmtalk_blender.runtime.take_tables:read_live_link"]
)
def test_tables_that_are_none(tmp_path, call, table):
    (tmp_path / "a.csv").write_bytes(table)
    if "kmtalk_blender" in call and b"inf" in table:
        pytest.skip("the extension takes the rate from the highest frame that is one")
    refused(call, tmp_path / "a.csv")


def tier(name: str, entries: list) -> str:
    return f'"IntervalTier"\n"{name}"\n0\n1\n{len(entries)}\n' + "".join(f'{a}\n{b}\n"{c}"\n' for a, b, c in entries)


HEAD = GRID[: GRID.index("2\n")]
GRIDS = {
    "half a million tiers": HEAD + "500000\n" + tier("phones", [(0, 1, "AA")]) * 100_000,
    "more than there is": HEAD + '1\n"IntervalTier"\n"phones"\n0\n1\n999999999\n0\n0.2\n"AA"\n',
    "to the end of time": HEAD + '1\n"IntervalTier"\n"phones"\n0\n1e999\n1\n0\n1e999\n"AA"\n',
    "not a time": HEAD + '1\n"IntervalTier"\n"phones"\n0\nnan\n1\n0\nnan\n"AA"\n',
    "endless tiers": HEAD + "1e999\n",
    "quotes": HEAD + "1\n" + '"' * 3_000_001,
    "texts in a text": HEAD.replace("0\n1\n", "") + 'item [1]:\n intervals [1]:\n text = "' * 200_000,
    "a million phones": HEAD + "1\n" + tier("phones", [(n / 1e6, (n + 1) / 1e6, "AA") for n in range(1_100_000)]),
    "a label without an end": HEAD + "1\n" + tier("phones", [(0, 1, "<" + "a>" * 1_000_000 + "x")]),
    "too many in a second": HEAD + "1\n" + tier("phones", [(n / 9999, (n + 1) / 9999, "AA") for n in range(9999)]),
}


@pytest.mark.parametrize("name", GRIDS)
def test_textgrids_that_hang(tmp_path, name):
    (tmp_path / "a.TextGrid").write_text(GRIDS[name])
    refused("model_runtime.linguistics.textgrid:read_textgrid", tmp_path / "a.TextGrid")


@pytest.mark.parametrize("count", [3000, 20_000])
def test_configurations_nested_deep(tmp_path, count):
    for name, text in {
        "lists": "name = " + "[" * count,
        "keys": "a." * count + "b = 1",
        "tables": "[a" + ".a" * count + "]",
    }.items():
        (tmp_path / f"{name}.toml").write_text(f'{text}\ndata = "d"\noutput = "o"\n')
        refused("model_runtime.training.config_file:read_config", tmp_path / f"{name}.toml")


@pytest.mark.parametrize("value", ["inf", "nan", "1e400", "99999999999999999999", "-1", "true"])
@pytest.mark.parametrize("name", ["learning_rate", "weight_decay", "seed", "threads", "epochs"])
def test_settings_that_are_no_numbers(tmp_path, name, value):
    from model_runtime.training.config_file import read_config

    (tmp_path / "a.toml").write_text(f'data = "d"\noutput = "o"\n[loop]\n{name} = {value}\n')
    with pytest.raises(InputError, match=name):
        read_config(tmp_path / "a.toml")


LONG = {
    "digits": "1" * 1_000_000,
    "digits with commas": "1," * 400_000,
    "brackets": "[" * 900_000,
    "every bracket": "[(<{" * 200_000,
    "money": "$" + "1" * 900_000,
    "little money": "$1 " * 300_000,
    "full stops": "a." * 400_000,
    "full stops and an end": "a.a" * 300_000 + "!",
    "answers": "no. " * 200_000,
    "marks on a letter": "a" + "\u0315\u0300" * 400_000,
    "years": "1999 " * 150_000,
    "ordinals": "1st" * 250_000,
    "long letters": "\ufdfa" * 900_000,
    "spaces": " " * 900_000,
    "halves of letters": "\ud800" * 100_000,
}


@pytest.mark.parametrize("name", LONG)
def test_transcripts_that_hang(name):
    outcome = limited("model_runtime.linguistics.text:spoken_words", LONG[name])
    assert not outcome.error
    assert outcome.grown < GROWTH


SUBTITLES = {
    "style codes": "{" * 400_000,
    "numbers": "1\n" * 300_000,
    "times": "00:00:00,000 --> 00:00:01,000\n" * 30_000,
    "arrows": "00:00:00,000 --> " * 50_000,
    "tags": "<" * 900_000,
    "digits": "1" * 60_000,
    "equal lines": ("a\n" * 200_000 + "\n00:00:01,000 --> 00:00:02,000\n") * 2 + "a\n" * 200_000,
}


@pytest.mark.parametrize("name", [*LONG, *SUBTITLES])
@pytest.mark.parametrize("suffix", [".srt", ".vtt", ".ass"])
def test_subtitles_that_hang(tmp_path, name, suffix):
    path, text = tmp_path / f"line{suffix}", (LONG | SUBTITLES)[name]
    for begin in ("", "00:00:00,000 --> 00:00:01,000\n", "[Events]\nDialogue: 0,0:00:00.00,0:00:01.00,,,0,0,0,,"):
        path.write_bytes((begin + text).encode(errors="replace"))
        outcome = limited("model_runtime.linguistics.subtitles:read_subtitles", str(path))
        assert outcome.error in ("", "InputError")
        assert outcome.grown < GROWTH


def test_directions_end_at_the_first_bracket_that_closes_them():
    assert spoken_words("one [two [three] four] five") == ("one", "four", "five")
    assert spoken_words("one (two] three") == ("one", "two", "three")
    assert spoken_words("a (b) [c] {d} <e> f") == ("a", "f")
    assert spoken_words("Is it No. 5? No. It cost $1 and $1.02.")[:4] == ("is", "it", "number", "five")
