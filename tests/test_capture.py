"""Captures of apps become takes: each frame has the recorded weight of its time, and what is edited is completed."""

import numpy as np
import pytest
from capture_files import HEAD, SHAPES, live_link_face, motion
from recordings import LINE, TEXT

from model_runtime.capture import turning_frames
from model_runtime.channels import CHANNELS, GAZE
from model_runtime.cli import main
from model_runtime.files.npz import write_npz
from model_runtime.take import read_take

MINUTE, HOUR = 60, 3600
CLOCKS = {
    "60": {},
    "60, with dropped samples": {"lost": lambda sample: sample % 7 == 3 or 60 < sample < 66},
    "60, in the middle of a frame": {"start": 52_749 * 60, "each": 1.001},
    "60, over midnight": {"start": 24 * HOUR * 60 - 61},
    "30 numbers for 60 samples": {"rate": 30, "each": 0.5, "start": 71},
    "25": {"rate": 25},
    "24": {"rate": 24, "start": 13 * HOUR * 24 + 5},
    "29.97, drop-frame": {"rate": 30, "drop": True, "start": 1798 - 40, "sign": ";"},
    "29.97, drop-frame after colons": {"rate": 30, "drop": True, "start": 1800 - 40},
    "29.97, drop-frame, 60 samples": {"rate": 30, "drop": True, "start": 1800 - 40, "each": 0.5},
    "29.97, drop-frame, over midnight": {"rate": 30, "drop": True, "start": 2_589_408 - 40, "sign": ";"},
    "59.94, drop-frame, over midnight": {"rate": 60, "drop": True, "start": 5_178_816 - 40, "sign": ";"},
    "59.94, drop-frame": {"rate": 60, "drop": True, "start": 3600 - 70, "sign": ";"},
    "59.94, drop-frame after colons": {"rate": 60, "drop": True, "start": 7 * 3600 - 24 - 70},
    "59.94, drop-frame, tenth minute": {"rate": 60, "drop": True, "start": 35964 - 70, "sign": ";"},
}


def made(tmp_path, capture, *options):
    path = tmp_path / "take.npz"
    assert main(["capture", str(capture), "-o", str(path), *map(str, options)]) == 0
    return read_take(path)


def refusal(capsys, tmp_path, capture, *options):
    assert main(["capture", str(capture), "-o", str(tmp_path / "take.npz"), *map(str, options)]) == 2
    assert not (tmp_path / "take.npz").exists()
    return capsys.readouterr().err


def worst(take, names=CHANNELS):
    """The largest difference from the known motion, over these channels and all frames; the last one may lie after the
    last sample."""
    columns = [take.channels.index(name) for name in names]
    known = np.stack([motion(name, take.times) for name in names], axis=1)
    return float(np.abs(take.weights[:-1, columns] - known[:-1]).max())


@pytest.mark.parametrize("name", CLOCKS)
@pytest.mark.parametrize("fps", [24, 30])
def test_every_frame_has_the_weights_of_its_time(tmp_path, name, fps):
    take = made(tmp_path, live_link_face(tmp_path / "a.csv", **CLOCKS[name]), "--fps", fps)
    assert take.channels == tuple(name[:1].lower() + name[1:] for name in SHAPES)
    assert len(take.weights) == pytest.approx(3 * fps + 1, abs=1)
    # Between samples the motion is drawn straight, also across the 0.1 s that one of the files lacks.
    assert worst(take, (*CHANNELS, *GAZE)) < (0.025 if "dropped" in name else 0.004)


def test_what_has_no_place_in_a_take_is_said(tmp_path):
    take = made(tmp_path, live_link_face(tmp_path / "a.csv"))
    assert not set(HEAD) & set(take.channels)
    assert any("HeadYaw, HeadPitch" in note and "3 more" in note for note in take.meta["notes"])
    assert take.meta["timecode"] == "00:00:00:00.000"


def test_forms_of_the_header_and_damage(tmp_path):
    path = live_link_face(tmp_path / "a.csv", count="BlendShapeCount")
    rows = path.read_text().splitlines()
    rows[0] = rows[0].replace("EyeBlinkLeft", "eyeBlink_L")
    # An empty cell, a face that was not seen, and a row that was cut when the app ended.
    rows[20] = rows[20].replace(rows[20].split(",")[5], "", 1)
    rows[30] = rows[30].split(",")[0] + ",0" + "," * (len(SHAPES) + len(HEAD))
    rows[-1] = ",".join(rows[-1].split(",")[:9])
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(rows).encode())
    take = made(tmp_path, path)
    assert worst(take, ("eyeBlinkLeft", "jawForward", "jawLeft", "jawOpen")) < 0.003
    assert any("1 samples the face was not seen" in note for note in take.meta["notes"])


MISSING = ["", " ", "nan", "NaN", "null", "N/A", "#N/A", "-", "None", "-nan(ind)", "1.#QNAN"]


@pytest.mark.parametrize("cell", MISSING)
def test_missing_values_and_times_are_filled_from_those_around_them(tmp_path, cell):
    path = live_link_face(tmp_path / "a.csv")
    rows = [line.split(",") for line in path.read_text().splitlines()]
    jaw = rows[0].index("JawOpen")
    for row in rows[60:63]:
        row[jaw] = cell
    for row in (rows[1], rows[90], rows[91], rows[-1]):
        row[0] = cell
    path.write_text("\n".join(map(",".join, rows)))
    take = made(tmp_path, path)
    assert len(take.weights) == 91
    assert worst(take) < 0.01
    assert "Samples without a time: 4; they lie between those around them." in take.meta["notes"]


FORMS = {
    "tabs": lambda text: text.replace(",", "\t"),
    "semicolons and decimal commas": lambda text: text.replace(",", ";").replace(".", ","),
    "tabs and decimal commas, of Windows": lambda text: text.replace(",", "\t").replace(".", ",").replace("\n", "\r\n"),
    "quotes": lambda text: "\n".join('"' + line.replace(",", '","') + '"' for line in text.splitlines()),
    "quoted decimal commas": lambda text: "\n".join(
        '"' + line.replace(",", '","').replace("0.", "0,") + '"' for line in text.splitlines()
    ),
    "lines above": lambda text: "sep=;\n# Take 1\n\n" + text.replace(",", ";"),
    "vertical lines": lambda text: text.replace(",", "|"),
    "a mark of UTF-8": lambda text: "\ufeff" + text,
    "a column of words": lambda text: "\n".join(
        f"{'Subject' if not index else 'Anna'},{line}" for index, line in enumerate(text.splitlines())
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms_of_tables(tmp_path, name):
    path = live_link_face(tmp_path / "a.csv")
    path.write_bytes(FORMS[name](path.read_text()).encode())
    assert worst(made(tmp_path, path)) < 0.004


def test_joined_files_follow_each_other(tmp_path):
    text = live_link_face(tmp_path / "a.csv").read_text()
    header, *rows = text.splitlines()
    (tmp_path / "a.csv").write_text("\n".join([header, *rows[:90], header, *rows[90:]]))
    take = made(tmp_path, tmp_path / "a.csv")
    assert (len(take.weights), worst(take) < 0.004) == (91, True)
    (tmp_path / "a.csv").write_text(text + text)
    twice = made(tmp_path, tmp_path / "a.csv")
    # The second begins a sixtieth of a second after the end of the first.
    jaw = twice.weights[:, twice.channels.index("jawOpen")]
    assert len(jaw) == 181
    assert np.allclose(jaw[91:], motion("jawOpen", (np.arange(91, 181) / 30) - 3 - 1 / 60), atol=0.02)
    assert any("2 tables, joined" in note for note in twice.meta["notes"])


def test_values_outside_of_0_to_1(tmp_path):
    path = live_link_face(tmp_path / "a.csv")
    rows = [line.split(",") for line in path.read_text().splitlines()]
    jaw, funnel, smile = (rows[0].index(name) for name in ("JawOpen", "MouthFunnel", "MouthSmileLeft"))
    for row in rows[1:]:
        row[jaw], row[funnel] = "1.08", "-0.03"
    rows[61][smile] = "57"
    path.write_text("\n".join(map(",".join, rows)))
    take = made(tmp_path, path)
    by_name = dict(zip(take.channels, take.weights.T, strict=True))
    assert (by_name["jawOpen"] == 1).all()
    assert (by_name["mouthFunnel"] == 0).all()
    # One damaged value does not make the file one of percents.
    assert by_name["mouthSmileLeft"][30] == 1
    assert worst(take, ("mouthPucker", "eyeBlinkLeft")) < 0.004
    assert any("line 62, MouthSmileLeft" in note for note in take.meta["notes"])


@pytest.mark.parametrize("unit", ["time", "Time (ms)", "timestamp", "semicolons", "percents", "facecap"])
def test_tables_of_other_apps(tmp_path, unit):
    seconds = np.arange(0, 3.01, 1 / 60)
    names = ("jawOpen", "mouthSmileLeft", "eyeLookUpRight")
    weights = np.stack([motion(name, seconds) for name in names], axis=1)
    spelled = ["jawOpen", "mouthSmile_L", "eyeLookUp_R"]
    path = tmp_path / "a.csv"
    header = ["time", *spelled]
    table = np.column_stack([seconds, weights])
    if unit == "Time (ms)":
        header[0], table[:, 0] = unit, 1000 * seconds
    elif unit == "timestamp":
        # Milliseconds since 1970, in a column that does not say so.
        header[0], table[:, 0] = unit, 1_700_000_000_000 + np.round(1000 * seconds)
    elif unit == "percents":
        table[:, 1:] *= 100
    sign = ";" if unit == "semicolons" else ","
    text = [[f"{value:.6f}" for value in row] for row in table]
    lines = [sign.join(header), *(sign.join(row).replace(".", "," if sign == ";" else ".") for row in text)]
    if unit == "facecap":
        path = tmp_path / "a.txt"
        lines = ["info,https://example.com,1.0", ",".join(["bs", *spelled])]
        lines += [
            ",".join(["k", f"{1000 * time:.0f}", *["0.5"] * 10, *(f"{value:.6f}" for value in row)])
            for time, row in zip(seconds, weights, strict=True)
        ]
    path.write_text("\n".join(lines), encoding="utf-8")
    take = made(tmp_path, path, "--fps", 25)
    assert take.channels == names
    assert worst(take, names) < 0.004


def test_two_devices_of_one_take_begin_together(tmp_path, capsys):
    folder = tmp_path / "slate_1"
    folder.mkdir()
    first = live_link_face(folder / "slate_1_iPhone.csv", start=10 * MINUTE * 60)
    (folder / "slate_1_iPhone_raw.csv").write_text("Timecode,BlendshapeCount,JawOpen\n")
    (folder / "frame_log.csv").write_text("V,0,1\n")
    assert worst(made(tmp_path, folder)) < 0.0025
    # The other phone started half a second later, and its clock is the same.
    second = live_link_face(folder / "slate_1_iPad.csv", start=10 * MINUTE * 60 + 30)
    (tmp_path / "take.npz").unlink()
    assert "slate_1_iPad.csv, slate_1_iPhone.csv" in refusal(capsys, tmp_path, folder)
    together = made(tmp_path, first, "--from", "00:10:00:30")
    later = made(tmp_path, second)
    jaw = later.channels.index("jawOpen")
    known = motion("jawOpen", together.times + 0.5)
    assert np.allclose(together.weights[: len(known), jaw], known[: len(together.weights)], atol=0.003)
    # From before its own first sample the second phone waits in its first pose.
    waiting = made(tmp_path, second, "--from", "00:10:00:00")
    assert np.allclose(waiting.weights[15:45, jaw], later.weights[:30, jaw], atol=0.003)


def test_a_part_of_a_capture(tmp_path):
    take = made(tmp_path, live_link_face(tmp_path / "a.csv"), "--start", 1, "--end", 2)
    assert len(take.weights) == 31
    jaw = take.channels.index("jawOpen")
    assert np.allclose(take.weights[:, jaw], motion("jawOpen", take.times + 1), atol=0.003)


def completed(tmp_path, take, frame):
    """The take with another jaw at one frame, completed."""
    jaw = take.channels.index("jawOpen")
    keys = np.union1d(take.key_frames, [frame])
    weights = take.weights[keys].copy()
    weights[keys == frame, jaw] = 0.97 - 0.9 * weights[keys == frame, jaw].round()
    write_npz(
        tmp_path / "keys.npz",
        {"key_frames": keys.astype(np.int32), "key_weights": weights, "channels": np.array(take.channels)},
    )
    done = tmp_path / "done.npz"
    assert main(["complete", str(tmp_path / "take.npz"), "--keys", str(tmp_path / "keys.npz"), "-o", str(done)]) == 0
    return read_take(done), weights[keys == frame, jaw][0]


def test_without_a_sound_keys_lie_where_the_face_turns_and_edits_are_completed(tmp_path):
    path = live_link_face(tmp_path / "a.csv")
    header, *rows = path.read_text().splitlines()
    one = header.split(",").index("JawOpen")
    path.write_text("\n".join(["Timecode,JawOpen", *(f"{r.split(',')[0]},{r.split(',')[one]}" for r in rows)]))
    take = made(tmp_path, path)
    jaw = take.weights[:, 0]
    turns = [i for i in range(1, len(jaw) - 1) if (jaw[i] - jaw[i - 1]) * (jaw[i + 1] - jaw[i]) < 0]
    assert len(turns) >= 2
    assert set(take.key_frames.tolist()) == {0, *(turn for turn in turns if turn < 88), 90}
    done, asked = completed(tmp_path, take, 45)
    assert done.weights[45, 0] == pytest.approx(asked, abs=1e-6)
    assert np.abs(done.weights[[0, 5, 85, 90]] - take.weights[[0, 5, 85, 90]]).max() < 0.02
    # What lies between the edit and the next keys follows.
    assert abs(done.weights[43, 0] - asked) < abs(take.weights[43, 0] - asked)


def test_tremor_makes_no_keys():
    noise = np.random.default_rng(0).uniform(0.3, 0.36, (300, 5)).astype(np.float32)
    assert turning_frames(noise, 30.0).tolist() == [0, 299]


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spoken")
    live_link_face(folder / "a.csv", seconds=4.0)
    return made(folder, folder / "a.csv", "--audio", LINE, "--transcript", TEXT), folder


def test_with_its_sound_it_has_phones_words_and_features(spoken):
    take, _folder = spoken
    assert worst(take) < 0.0025
    assert [word.label for word in take.phones.words][:2] == ["hello", "my"]
    assert take.phones.duration == pytest.approx(4.0, abs=0.02)
    assert len(take.acoustics) == pytest.approx(400, abs=3)
    boundaries = {round(phone.start * 30) for phone in take.phones.phones}
    assert boundaries <= set(take.key_frames.tolist())


def test_with_its_sound_an_edit_is_completed(spoken):
    take, folder = spoken
    frame = int(take.key_frames[len(take.key_frames) // 2])
    done, asked = completed(folder, take, frame)
    jaw = take.channels.index("jawOpen")
    assert done.weights[frame, jaw] == pytest.approx(asked, abs=1e-6)
    assert np.abs(done.weights[:10] - take.weights[:10]).max() < 0.02
    gaze = [take.channels.index(name) for name in GAZE]
    assert np.abs(done.weights[:, gaze] - take.weights[:, gaze]).max() < 1e-5


def test_a_sound_that_begins_later_or_earlier(tmp_path, spoken):
    take, _folder = spoken
    first = take.phones.words[0]
    path = live_link_face(tmp_path / "a.csv", seconds=4.0)
    words = ["--audio", LINE, "--transcript", TEXT, "--sound-start"]
    later = made(tmp_path, path, *words, "-0.5")
    assert later.phones.words[0].start == pytest.approx(first.start + 0.5, abs=0.06)
    sooner = made(tmp_path, path, *words, "0.2")
    assert sooner.phones.words[0].start == pytest.approx(first.start - 0.2, abs=0.06)


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ("", [], "Timecode or time"),
        ("jawOpen,mouthClose\n0.1,0.2\n", [], "Timecode or time"),
        ("time,jawOpen\n0,0.1\n", [], "one number a frame"),
        ("time,jawOpen\n0,x\n0.1,0.2\n", [], 'line 2: jawOpen is "x"'),
        ("time,jawOpen\n0,0,1\n0.1,0,2\n", [], "line 2, has 3 cells and the header 2"),
        ("Timecode,jawOpen\n00:00:00:00,0\n00:61:00:01,1\n", [], 'line 3: Timecode is "00:61:00:01"'),
        ("Timecode,jawOpen\n00:00:00:00,0\n0.5,1\n", [], 'line 3: "0.5" is no timecode'),
        ("Timecode,jawOpen\n,0\n-,1\n", [], "no time in any row"),
        ("time,jawOpen\n0,0.1\n0.1,#VALUE!\n", [], 'line 3: jawOpen is "#VALUE!"'),
        ("time,wheelLeft\n0,0.1\n0.1,0.2\n", [], "none of ARKit's shapes"),
        ("time,jawOpen\n0,0.1\n0.1,0.2\n0.2,0.3\n", ["--from", "00:00:00:00"], "no timecodes"),
        ("time,jawOpen\n0,0.1\n0.1,0.2\n0.2,0.3\n", ["--start", "3"], "too little"),
        ("time,jawOpen\n0,0.1\n0.1,0.2\n0.2,0.3\n", ["--transcript", "hello"], "give the sound"),
        ("Timecode,jawOpen\n00:00:00:40,0.1\n00:00:01:00,0.2\n", ["--rate", "30"], "is not their frame rate"),
        ("Timecode,jawOpen\n00:00:00:00,0.1\n90:00:00:00,0.2\n", [], "lasts longer than 6 hours"),
        ("Timecode,jawOpen\n00:00:00:00,0.1\n00:00:01:00,0.2\n", ["--from", "noon"], "no timecode like those"),
    ],
)
def test_bad_captures_are_one_sentence(tmp_path, capsys, content, options, said):
    (tmp_path / "a.csv").write_text(content)
    assert said in refusal(capsys, tmp_path, tmp_path / "a.csv", *options)


def test_a_capture_after_the_end_of_its_sound(tmp_path, capsys):
    path = live_link_face(tmp_path / "a.csv")
    assert "begins after its end" in refusal(capsys, tmp_path, path, "--audio", LINE, "--sound-start", "7")


def test_what_is_no_file_or_folder_of_a_capture(tmp_path, capsys):
    assert "holds no .csv" in refusal(capsys, tmp_path, tmp_path)
    assert "no file" in refusal(capsys, tmp_path, tmp_path / "gone.csv")
    assert "holds no curves" in refusal(capsys, tmp_path, LINE)
