"""Files of aligners: the phones of one speaker among several, and every form in which they are written."""

import json
import struct

import pytest
from praatio import textgrid
from praatio.data_classes.interval_tier import IntervalTier
from praatio.data_classes.point_tier import PointTier
from recordings import LINE

from model_runtime.cli import main
from model_runtime.errors import InputError
from model_runtime.linguistics.aligner_files import read_aligned
from model_runtime.take import read_take

ANNA = [(0.0, 0.2, "HH"), (0.2, 0.5, "AY1"), (0.5, 1.0, "")]
BEN = [(0.0, 0.5, ""), (0.5, 0.7, "N"), (0.7, 1.0, "OW1")]
SILENT = [(0.0, 1.0, "")]


def grid(path, tiers, duration=1.0):
    """A TextGrid of interval tiers; a list of (time, label) makes a tier of points."""
    made = textgrid.Textgrid(0.0, duration)
    for name, entries in tiers.items():
        kind = PointTier if entries and len(entries[0]) == 2 else IntervalTier
        made.addTier(kind(name, entries, 0.0, duration))
    made.save(str(path), format="long_textgrid", includeBlankSpaces=True)
    return path


def said(path, *arguments):
    """The phones of a file without the silences."""
    return [span.label for span in read_aligned(path, *arguments).track.phones if span.label != "SIL"]


@pytest.fixture(
    params=["Anna - phones|Ben - phones", "Anna_phones|Ben_phones", "phones (Anna)|phones (Ben)", "AnnaMAU|BenMAU"]
)
def both(request, tmp_path):
    anna, ben = request.param.split("|")
    words = {
        "Anna - words": [(0.0, 0.5, "hi"), (0.5, 1.0, "")],
        "Ben - words": [(0.0, 0.5, ""), (0.5, 1.0, "no")],
    }
    return grid(tmp_path / "two.TextGrid", {**words, anna: ANNA, ben: BEN}), anna, ben


def test_two_speakers_are_told_apart_or_asked_for(both):
    path, anna, ben = both
    with pytest.raises(InputError) as question:
        read_aligned(path)
    assert f'"{anna}"' in str(question.value)
    assert f'"{ben}"' in str(question.value)
    assert "--tier" in str(question.value)
    with pytest.raises(InputError, match=r'no tier "Carl".*Ben'):
        read_aligned(path, "Carl")
    for chosen in (ben, ben.upper(), "ben", "4"):
        assert said(path, chosen) == ["N", "OW"]
    # The character's name counts more than the strip's.
    for names in (["Ben"], ["BEN.001"], ["Carl", "ben_shot_02"], ["Ben Head", "anna_01"]):
        assert said(path, None, names) == ["N", "OW"]
    spoken = read_aligned(path, None, ["Anna"])
    assert [word.label for word in spoken.track.words] == ["hi"]
    assert spoken.notes == (f'The tier "{anna}" was used.',)
    for names in (["Benjamin"], ["Anna and Ben"], ["scene 2"]):
        with pytest.raises(InputError, match="several speakers"):
            read_aligned(path, None, names)


def test_a_speaker_who_says_nothing_is_no_question(tmp_path):
    path = grid(tmp_path / "a.TextGrid", {"Anna - phones": ANNA, "Ben - phones": SILENT})
    assert said(path) == ["HH", "AY"]
    with pytest.raises(InputError, match=r'"Ben - phones".*is empty'):
        read_aligned(path, "Ben")
    with pytest.raises(InputError, match=r'"Ben - phones".*is empty'):
        read_aligned(path, None, ["Ben"])


def test_tiers_that_are_named_for_their_speakers_alone(tmp_path):
    long = [(0.0, 0.2, "HH"), (0.2, 0.3, "AH0"), (0.3, 0.4, "L"), (0.4, 0.6, "OW1"), (0.6, 1.0, "")]
    other = [(0.0, 0.2, "S"), (0.2, 0.3, "IH1"), (0.3, 0.4, "T"), (0.4, 0.6, "AW1"), (0.6, 1.0, "")]
    words = [(0.0, 0.2, "so"), (0.2, 0.3, "it"), (0.3, 0.4, "was"), (0.4, 0.6, "there"), (0.6, 1.0, "")]
    path = grid(tmp_path / "a.TextGrid", {"Anna": long, "Ben": other, "text": words})
    with pytest.raises(InputError, match=r'several speakers \("Anna", "Ben"\)'):
        read_aligned(path)
    assert said(path, None, ["Ben"]) == ["S", "IH", "T", "AW"]
    assert said(grid(path, {"Anna": long, "text": words})) == ["HH", "AH", "L", "OW"]
    # Tiers without a speaker: the usual name is preferred.
    assert said(grid(path, {"segments": other, "phones": long})) == ["HH", "AH", "L", "OW"]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_every_encoding_of_praat(tmp_path, codec):
    path = grid(tmp_path / "a.TextGrid", {"phones": [(0.0, 0.5, "ʃ"), (0.5, 1.0, "yː")]})
    path.write_bytes(path.read_text(encoding="utf-8").encode(codec))
    assert said(path) == ["SH", "UW"]


def test_two_tiers_of_one_name_are_chosen_by_number(tmp_path):
    path = grid(tmp_path / "a.TextGrid", {"phones": ANNA, "phonez": BEN})
    path.write_text(path.read_text().replace("phonez", "phones"))
    with pytest.raises(InputError, match=r'2 tiers named "phones".*number'):
        read_aligned(path)
    assert said(path, "2") == ["N", "OW"]


def test_what_is_unknown_is_one_phone_and_a_note(tmp_path):
    marks = [(0.0, 0.2, "HH"), (0.2, 0.5, "QUX"), (0.5, 0.6, "AY1"), (0.6, 0.9, "QUX"), (0.9, 1.0, "FOO")]
    spoken = read_aligned(grid(tmp_path / "a.TextGrid", {"phones": marks}))
    assert [span.label for span in spoken.track.phones] == ["HH", "AH", "AY", "AH", "AH"]
    assert len(spoken.notes) == 2
    assert '"QUX" (at 0.20 s, 0.60 s)' in spoken.notes[0]


def test_points_and_binary_files_are_refused_in_a_sentence(tmp_path):
    path = tmp_path / "a.TextGrid"
    assert said(grid(path, {"tones": [(0.1, "H*")], "phones": ANNA})) == ["HH", "AY"]
    with pytest.raises(InputError, match=r'"phones".*points'):
        read_aligned(grid(path, {"phones": [(0.1, "HH"), (0.4, "AY")]}))
    with pytest.raises(InputError, match=r'"tones".*points'):
        read_aligned(grid(path, {"tones": [(0.1, "H*")], "phones": ANNA}), "tones")
    path.write_bytes(b"ooBinaryFile\x08TextGrid" + struct.pack(">dd?i", 0.0, 1.0, True, 1))
    with pytest.raises(InputError, match=r"binary TextGrid.*save it as a text file"):
        read_aligned(path)


MFA = {
    "start": 0,
    "end": 1.0,
    "tiers": {
        "words": {"type": "interval", "entries": [[0.1, 0.5, "hi"]]},
        "phones": {"type": "interval", "entries": [[0.1, 0.2, "HH"], [0.2, 0.5, "AY1"]]},
    },
}
GENTLE = {
    "transcript": "hi you",
    "words": [
        {
            "case": "success",
            "word": "hi",
            "start": 0.1,
            "end": 0.5,
            "phones": [{"phone": "hh_B", "duration": 0.1}, {"phone": "ay_E", "duration": 0.3}],
        },
        {"case": "not-found-in-audio", "word": "you"},
    ],
}
FORMS = {
    "mfa.json": json.dumps(MFA),
    "gentle.json": json.dumps(GENTLE),
    "ours.json": json.dumps({"phones": [["HH", 0.1, 0.2], ["AY", 0.2, 0.5]], "words": [["hi", 0.1, 0.5]]}),
    "mfa.csv": "Begin,End,Label,Type,Speaker\n0.1,0.5,hi,words,anna\n0.1,0.2,HH,phones,anna\n0.2,0.5,AY1,phones,anna\n",
    "htk.lab": "0 1000000 sil\n1000000 2000000 HH\n2000000 5000000 AY1\n",
    "triphones.lab": "0 1000000 sil\n1000000 2000000 sil-hh+ay\n2000000 5000000 hh-ay\n",
    "biphones.lab": "0 1000000 sil\n1000000 2000000 hh+ay\n2000000 5000000 hh-ay+sil\n",
    "seconds.lab": "0.0 0.1 sil\n0.1 0.2 hh\n0.2 0.5 ay\n",
    "festival.lab": "separator ;\nnfields 1\n#\n0.1 125 pau\n0.2 125 hh\n0.5 125 ay\n",
    "kaldi.ctm": ";; comment\nline1 1 0.0 0.1 SIL\nline1 1 0.10 0.10 HH_B\nline1 1 0.20 0.30 AY1_E\n",
}


@pytest.mark.parametrize("name", FORMS)
def test_the_same_line_in_every_form(tmp_path, name):
    (tmp_path / name).write_text(FORMS[name])
    track = read_aligned(tmp_path / name).track
    found = [(span.label, round(span.start, 3), round(span.end, 3)) for span in track.phones]
    assert found[:3] == [("SIL", 0.0, 0.1), ("HH", 0.1, 0.2), ("AY", 0.2, 0.5)]
    assert [word.label for word in track.words] == ([] if name.endswith(("lab", "ctm")) else ["hi"])


@pytest.mark.parametrize("suffix", [".json", ".csv", ".lab", ".ctm", ".TextGrid"])
@pytest.mark.parametrize(
    "content", ["", "hello world\n", '{"words": [{}]}', '{"phones": [1]}', "[]", "a,b\n1\n", "0 1\n"]
)
def test_what_holds_no_phones_is_refused(tmp_path, suffix, content):
    path = tmp_path / f"a{suffix}"
    path.write_text(content)
    with pytest.raises(InputError, match=r"a\."):
        read_aligned(path)


def test_a_take_of_one_of_two_speakers(tmp_path, capsys):
    path = grid(tmp_path / "two.TextGrid", {"Anna - phones": ANNA, "Ben - phones": [*BEN[:2], (0.7, 1.0, "QUX")]})
    command = ["generate", str(LINE), "--textgrid", str(path), "-o", str(tmp_path / "take.npz")]
    assert main(command) == 2
    assert 'several speakers ("Anna - phones", "Ben - phones")' in capsys.readouterr().err
    assert main([*command, "--tier", "Ben"]) == 0
    assert '"QUX"' in capsys.readouterr().out
    take = read_take(tmp_path / "take.npz")
    assert [span.label for span in take.phones.phones] == ["SIL", "N", "AH", "SIL"]
    assert any("QUX" in note for note in take.meta["notes"])
