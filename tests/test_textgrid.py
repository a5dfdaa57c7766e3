"""Reading and writing phones in TextGrid and JSON files."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from praatio import textgrid
from praatio.data_classes.interval_tier import IntervalTier

from model_runtime.errors import InputError
from model_runtime.linguistics.phone_lists import cut, lists_of, read_phone_lists, track_of, write_phone_lists
from model_runtime.linguistics.phones import PhoneTrack, Span
from model_runtime.linguistics.textgrid import read_textgrid, write_textgrid

TRACK = PhoneTrack(
    (Span("SIL", 0.0, 0.21), Span("HH", 0.21, 0.3), Span("AY", 0.3, 0.55), Span("SIL", 0.55, 0.8)),
    (Span('"hi"', 0.21, 0.55),),
)


def grid(path, tiers, duration=1.0, form="long_textgrid"):
    made = textgrid.Textgrid(0.0, duration)
    for name, entries in tiers.items():
        made.addTier(IntervalTier(name, entries, 0.0, duration))
    made.save(str(path), format=form, includeBlankSpaces=True)
    return path


def labels(track):
    return [(span.label, round(span.start, 3), round(span.end, 3)) for span in track.phones]


def test_what_is_written_is_read_again(tmp_path):
    assert read_textgrid(write_textgrid(TRACK, tmp_path / "a.TextGrid")) == TRACK
    assert read_phone_lists(write_phone_lists(TRACK, tmp_path / "a.json")) == TRACK


@pytest.mark.parametrize("form", ["long_textgrid", "short_textgrid"])
@pytest.mark.parametrize("name", ["phones", "Phones", "PHONE", "Anna - phones", "anna_phones", "MAU"])
def test_aligners_tiers_and_labels(tmp_path, name, form):
    entries = [(0.1, 0.3, "AA1"), (0.3, 0.4, "sp"), (0.4, 0.5, "M"), (0.5, 0.6, "spn")]
    path = grid(tmp_path / "a.TextGrid", {"words": [(0.1, 0.5, "alm")], name: entries}, form=form)
    track = read_textgrid(path)
    assert labels(track) == [
        ("SIL", 0.0, 0.1),
        ("AA", 0.1, 0.3),
        ("SIL", 0.3, 0.4),
        ("M", 0.4, 0.5),
        ("AH", 0.5, 0.6),
        ("SIL", 0.6, 1.0),
    ]
    assert [word.label for word in track.words] == ["alm"]


@pytest.mark.parametrize("form", ["long_textgrid", "short_textgrid"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac-roman"])
def test_words_in_every_encoding_of_praat(tmp_path, form, encoding):
    spoken = ["Grüße", "aus", "der", "schönen", "Straße"]
    words = [(index / 5, (index + 1) / 5, word) for index, word in enumerate(spoken)]
    path = grid(tmp_path / "a.TextGrid", {"words": words, "phones": [(0.0, 1.0, "AH")]}, form=form)
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    assert [word.label for word in read_textgrid(path).words] == spoken


def test_ipa_is_understood(tmp_path):
    entries = [(0.0, 0.2, "tʲ"), (0.2, 0.4, "ɔj"), (0.4, 0.6, "ʃ"), (0.6, 0.8, "ɫ̩"), (0.8, 1.0, "dʒ")]
    path = grid(tmp_path / "a.TextGrid", {"phones": entries})
    assert [label for label, _, _ in labels(read_textgrid(path))] == ["T", "OY", "SH", "L", "JH"]


def test_what_is_no_textgrid_is_refused(tmp_path):
    path = tmp_path / "a.TextGrid"
    with pytest.raises(InputError, match="no file"):
        read_textgrid(path)
    for content in (b"", b"hello", b'File type = "ooTextFile"\nObject class = "TextGrid"\n', b"\xff\xfe\x00", b"{}"):
        path.write_bytes(content)
        with pytest.raises(InputError):
            read_textgrid(path)
    with pytest.raises(InputError, match="no tier of phones"):
        read_textgrid(grid(path, {"notes": [(0.0, 1.0, "a")]}))


@settings(max_examples=150, deadline=None)
@given(cutting=st.integers(0, 900), junk=st.binary(max_size=12))
def test_a_damaged_textgrid_is_read_or_refused(tmp_path_factory, cutting, junk):
    folder = tmp_path_factory.mktemp("grid")
    whole = write_textgrid(TRACK, folder / "a.TextGrid").read_bytes()
    (folder / "b.TextGrid").write_bytes(whole[:cutting] + junk + whole[cutting + len(junk) :])
    try:
        track = read_textgrid(folder / "b.TextGrid")
    except InputError:
        return
    assert track.phones[0].start == 0.0


@pytest.mark.parametrize(
    "phones",
    [
        [["AA", 0.5, 0.2]],
        [["AA", -1.0, 0.2]],
        [["AA", 0.0, 0.5], ["B", 0.2, 0.7]],
        [["AA", 0.0, float("nan")]],
        [["AA", 0.0, "1"]],
        [["AA", 0.0]],
        [[1, 0.0, 1.0]],
        [["QQQ", 0.0, 1.0]],
        "AA",
        [],
        [["AA", 0.0, True]],
        [["AA", 0.0, 9.0]],
    ],
)
def test_lists_that_make_no_sense_are_refused(phones):
    with pytest.raises(InputError):
        track_of(phones, duration=1.0)


def test_lists_are_tiled_to_the_sound():
    track = track_of([["m", 0.1, 0.3], ["AA0", 0.3005, 1.1]], [["ma", 0.1, 1.1]], 1.0)
    assert labels(track) == [("SIL", 0.0, 0.1), ("M", 0.1, 0.3), ("AA", 0.3, 1.0)]
    assert track.words == (Span("ma", 0.1, 1.0),)


def test_a_part_played_faster():
    part = cut(TRACK, 0.25, 0.65, 2.0)
    assert labels(part) == [("HH", 0.0, 0.025), ("AY", 0.025, 0.15), ("SIL", 0.15, 0.2)]
    assert part.duration == pytest.approx(0.2)


def test_json_that_is_no_track_is_refused(tmp_path):
    path = tmp_path / "a.json"
    for content in ("", "[]", '{"phones": 3}', "[" * 100_000, json.dumps({"phones": [["AA", 0, 1, 2]]})):
        path.write_text(content)
        with pytest.raises(InputError):
            read_phone_lists(path)
    assert lists_of(TRACK)["phones"][1] == ["HH", 0.21, 0.3]
