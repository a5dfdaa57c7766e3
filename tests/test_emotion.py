"""The emotion of a take: faces, closures that stay, strengths that change, and a mouth that is as before without it."""

import json
from dataclasses import replace

import numpy as np
import pytest
from recordings import DATA, LINE, TEXT, needs_data

from model_runtime.cli import main
from model_runtime.emotion.layer import layer_of, strengths_of, with_emotion
from model_runtime.emotion.poses import EMOTIONS
from model_runtime.emotion.settings import Emotions, emotions_of
from model_runtime.errors import InputError
from model_runtime.generate import generate
from model_runtime.heads.demo_head import demo_head
from model_runtime.heads.lip_gap import find_lips
from model_runtime.linguistics.phones import BILABIALS, LABIODENTALS, SILENCE
from model_runtime.settings import Settings
from model_runtime.take import read_take, write_take

# Clips of the actor.
CLIPS = {"NEU": "", "HAP": "happy", "ANG": "angry", "FEA": "afraid", "SAD": "sad", "DIS": "disgusted"}
# What shows each emotion most, on both sides.
SHOWS = {
    "happy": ("mouthSmileLeft", "cheekSquintRight"),
    "sad": ("browInnerUp", "mouthFrownLeft"),
    "angry": ("browDownLeft", "eyeSquintRight"),
    "afraid": ("eyeWideLeft", "mouthStretchRight"),
    "surprised": ("browOuterUpLeft", "eyeWideRight"),
    "disgusted": ("noseSneerLeft", "mouthUpperUpRight"),
}


@pytest.fixture(scope="module")
def take(line, model):
    waveform, phones = line
    return generate(waveform, phones, Settings(), model)


@pytest.fixture(scope="module")
def gap_of():
    """Free height between the lips of the demo head at rows of a take, in eye distances: the widest across."""
    head = demo_head()
    lips, neutral, deltas = find_lips(head), head.vertices.astype(float), head.deltas.astype(float)

    def gaps(take, rows):
        shared = [name for name in head.channels if name in take.channels]
        moves = deltas[[head.channels.index(name) for name in shared]]
        weights = take.weights[:, [take.channels.index(name) for name in shared]]
        return np.array([lips.gap(neutral + np.tensordot(weights[row], moves, 1)).widest for row in rows])

    return gaps


def shown(take, name):
    return take.weights[:, take.channels.index(name)]


@pytest.mark.parametrize("name", EMOTIONS)
def test_an_emotion_is_seen_and_the_lips_still_meet(take, gap_of, name):
    felt = with_emotion(take, emotions_of(name, 1.0))
    middle = slice(len(take.weights) // 3, 2 * len(take.weights) // 3)
    for channel in SHOWS[name]:
        before = shown(take, channel)[middle] if channel in take.channels else 0.0
        assert (shown(felt, channel)[middle] - before).max() > 0.3, channel
    assert felt.weights.min() >= 0
    assert felt.weights.max() <= 1
    # It comes and goes: both ends are those of the take.
    assert np.array_equal(felt.weights[[0, -1], : len(take.channels)], take.weights[[0, -1]])
    assert not felt.weights[[0, -1], len(take.channels) :].any()
    added = felt.weights - np.pad(take.weights, ((0, 0), (0, len(felt.channels) - len(take.channels))))
    # Lids aside, which blinks take along.
    calm = [column for column, channel in enumerate(felt.channels) if not channel.startswith("eye")]
    assert np.abs(np.diff(added[:, calm], axis=0)).max() < 0.35
    meeting = [phone for phone in take.phones.phones if phone.label in BILABIALS + LABIODENTALS]
    rows = [r for p in meeting for r in np.flatnonzero((take.times >= p.start - 0.03) & (take.times <= p.end))]
    assert len(rows) > 20
    assert (gap_of(felt, rows) - gap_of(take, rows)).max() < 0.005


def test_force_opens_the_mouth_wider_and_sadness_does_not(take, gap_of):
    spoken = [p for p in take.phones.phones if p.label != SILENCE and 0.5 < p.start < take.phones.duration - 0.6]
    rows = [round((phone.start + phone.end) / 2 * take.fps) for phone in spoken]
    before = gap_of(take, rows).std()
    wider = {name: gap_of(with_emotion(take, emotions_of(name, 1.0)), rows).std() / before for name in EMOTIONS}
    assert all(1.15 < wider[name] < 1.6 for name in ("happy", "angry", "afraid", "surprised", "disgusted")), wider
    assert 0.9 < wider["sad"] < 1.0


def test_strengths_follow_their_curve_and_half_is_half(take):
    frames = len(take.weights)
    full = layer_of(take, strengths_of(Emotions(angry=1.0), frames))
    half = layer_of(take, strengths_of(Emotions(angry=0.5), frames))
    brow = full.channels.index("browDownLeft")
    assert half.weights[frames // 2, brow] == pytest.approx(full.weights[frames // 2, brow] / 2, abs=0.05)
    curve = np.zeros((frames, len(EMOTIONS)))
    curve[:, EMOTIONS.index("angry")] = np.arange(frames) > frames / 2
    late = layer_of(take, curve).weights
    assert not late[: frames // 2].any()
    assert np.array_equal(late[frames // 2 + 1 :], full.weights[frames // 2 + 1 :])


def test_closures_that_no_phone_names_stay_shut(take, gap_of):
    """A capture without words: its own lips say where they meet."""
    spoken = [phone for phone in take.phones.phones if phone.label in BILABIALS]
    still = replace(take, phones=replace(take.phones, phones=(), words=()))
    rows = [r for p in spoken for r in np.flatnonzero((take.times >= p.start) & (take.times <= p.end))]
    shut = np.array(rows)[gap_of(take, rows) < 0.005]
    assert len(shut) > 3
    for name in ("surprised", "happy", "disgusted"):
        assert gap_of(with_emotion(still, emotions_of(name, 1.0)), shut).max() < 0.02, name


def test_a_blink_closes_a_wide_eye(take):
    felt = with_emotion(take, emotions_of("afraid", 1.0))
    lids = shown(take, "eyeBlinkLeft")
    assert lids.max() > 0.9
    assert shown(felt, "eyeWideLeft")[lids > 0.9].max() < 0.1


def test_the_command_line_gives_the_same_take_without_and_another_with_an_emotion(take, tmp_path, capsys):
    phones = tmp_path / "phones.json"
    spans = [[phone.label, phone.start, phone.end] for phone in take.phones.phones]
    phones.write_text(json.dumps({"phones": spans}))
    given = ["generate", str(LINE), "--textgrid", str(phones), "-o"]
    plain, neutral, happy = (tmp_path / f"{name}.npz" for name in ("plain", "neutral", "happy"))
    assert main([*given, str(plain)]) == 0
    assert main([*given, str(neutral), "--emotion", "happy", "--emotion-strength", "0"]) == 0
    assert plain.read_bytes() == neutral.read_bytes()
    assert "emotion" not in json.dumps(read_take(plain).meta)
    assert main([*given, str(happy), "--emotion", "happy", "--emotion-strength", ".7"]) == 0
    felt = read_take(happy)
    assert felt.meta["emotion"] == {"happy": 0.7}
    assert np.array_equal(felt.weights, with_emotion(read_take(plain), emotions_of("happy", 0.7)).weights)
    layer = tmp_path / "layer.npz"
    assert main(["emotion", str(plain), "--happy", "0.7", "-o", str(layer), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["emotions"] == {"happy": 0.7}
    with np.load(layer) as arrays:
        named = list(arrays["channels"])
        smile = arrays["weights"][:, named.index("mouthSmileLeft")] + shown(read_take(plain), "mouthSmileLeft")
    assert np.allclose(smile, shown(felt, "mouthSmileLeft"), atol=1e-6)


def test_lines_of_a_batch_have_their_emotion(take, tmp_path, capsys):
    phones = [[phone.label, phone.start, phone.end] for phone in take.phones.phones]
    felt = [
        {},
        {"emotion": "sad", "emotion_strength": 0},
        {"emotion": "sad", "emotion_strength": 0.5},
        {"emotion": "so"},
    ]
    lines = [json.dumps({"audio": str(LINE), "phones": phones, **one}) for one in felt]
    (tmp_path / "lines.jsonl").write_text("\n".join(lines))
    assert main(["batch", str(tmp_path / "lines.jsonl"), "-o", str(tmp_path / "takes")]) == 2
    assert 'There is no emotion "so"' in capsys.readouterr().err
    rows = [json.loads(row) for row in (tmp_path / "takes" / "takes-1-of-1.jsonl").read_text().splitlines()]
    # Without a strength it is the line without an emotion, which is made once.
    assert [row["made"] for row in rows] == [True, False, True, False]
    assert rows[0]["output"] == rows[1]["output"]
    assert read_take(tmp_path / "takes" / rows[2]["output"]).meta["emotion"] == {"sad": 0.5}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--emotion", "hapy"], 'There is no emotion "hapy"; did you mean "happy"?'),
        (["--emotion", "joyless rage"], "known are neutral, happy, sad"),
        (
            ["--emotion", "sad", "--emotion-strength", "1.5"],
            "emotion_strength is 1.5; it must be a number from 0 to 1.",
        ),
        (
            ["--emotion", "sad", "--emotion-strength", "nan"],
            "emotion_strength is nan; it must be a number from 0 to 1.",
        ),
    ],
)
def test_an_emotion_that_cannot_be_is_refused_in_one_sentence(tmp_path, capsys, arguments, says):
    output = tmp_path / "take.npz"
    assert main(["generate", str(LINE), "--transcript", TEXT, "-o", str(output), *arguments]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
    assert not output.exists()


def test_strengths_of_a_file_are_checked(take, tmp_path, capsys):
    path, output, wrong = tmp_path / "take.npz", tmp_path / "layer.npz", tmp_path / "strengths.npz"
    write_take(take.without_features(), path)
    command = ["emotion", str(path), "-o", str(output), "--strengths", str(wrong)]
    for strengths, names, says in (
        (np.full((1, 1), 2.0), ["happy"], "from 0 to 1"),
        (np.full((1, 1), np.nan), ["happy"], "holds no strengths"),
        (np.zeros((3, 1)), ["happy"], "holds no strengths"),
        (np.zeros((1, 1)), ["bored"], 'no emotion "bored"'),
    ):
        np.savez(wrong, strengths=strengths, emotions=np.array(names))
        assert main(command) == 2
        assert says in capsys.readouterr().err
        assert not output.exists()
    assert main(["emotion", str(path), "-o", str(output), "--sad", "-1"]) == 2
    assert "sad is -1.0; it must be a number from 0 to 1." in capsys.readouterr().err
    np.savez(wrong, strengths=np.full((1, 1), 0.5), emotions=np.array(["sad"]))
    assert main(command) == 0


def test_a_take_of_other_channels_has_no_emotion(take):
    other = replace(take, weights=take.weights[:, :2], channels=("basis_000", "basis_001"))
    with pytest.raises(InputError, match="none of the channels"):
        layer_of(other, strengths_of(Emotions(happy=1.0), len(other.weights)))


@needs_data
def test_a_voice_tells_how_strong_and_what_it_may_be(capsys):
    """CREMA-D's actor says one sentence in six ways; the neutral one is his usual voice."""
    clips = {name: DATA / "people" / "crema1001" / f"1001_DFA_{name}_XX.flac" for name in CLIPS}

    def suggested(name):
        assert main(["suggest", str(clips[name]), "--other", str(clips["NEU"]), "--json"]) == 0
        return json.loads(capsys.readouterr().out.splitlines()[-1])

    for name, emotion in CLIPS.items():
        heard = suggested(name)
        if name == "NEU":
            assert heard["strength"] == 0
            assert not heard["fitting"]
            continue
        assert emotion in heard["fitting"], name
        assert 0.5 <= heard["strength"] <= 1
        assert sum(heard["fitting"].values()) == pytest.approx(1, abs=0.02)
        assert emotion in heard["notes"][0]


def test_a_voice_without_others_suggests_nothing(capsys):
    assert main(["suggest", str(LINE), "--json"]) == 0
    heard = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert heard["strength"] == 0
    assert "beside other lines" in heard["notes"][0]
    assert main(["suggest", str(LINE), "--other", str(LINE), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["arousal"] == 0
    assert main(["suggest", str(LINE), "--other", "missing.wav"]) == 2
    assert "missing.wav" in capsys.readouterr().err
