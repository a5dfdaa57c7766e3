"""The user's own list of pronunciations: it weighs more than dictionary, letter rules and espeak-ng."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import soxr
from conversation import Talk
from recordings import LINE, TEXT, TREE

from model_runtime import limits
from model_runtime.errors import InputError
from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.listen import listen
from model_runtime.linguistics.own_words import NO_OWN_WORDS
from model_runtime.linguistics.pronunciation_list import read_pronunciations
from model_runtime.linguistics.words_of_text import unreadable, words_of_text
from model_runtime.speech.audio import SAMPLE_RATE, Waveform, read_audio
from model_runtime.take import read_meta


@pytest.fixture(scope="module")
def decoders() -> Decoders:
    return Decoders()


@pytest.fixture
def listed(tmp_path):
    """A function that writes a list and gives its path."""

    def write(text: str, name: str = "names.txt"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "model_runtime", *map(str, arguments)]
    return subprocess.run(command, cwd=TREE, capture_output=True, text=True, check=False)


def said(text: str, path, language: str = "en-us") -> list[str]:
    """What pronounce says: a line a word."""
    done = run("pronounce", text, "--pronunciations", path, "--language", language)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def phones_within(track, word: str) -> list[str]:
    """The labels of the phones of a word of a track."""
    (place,) = [each for each in track.words if each.label == word]
    return [p.label for p in track.phones if place.start <= p.start < place.end and p.label != "SIL"]


LIST = """# Names of the film
Kim\tJH AO1 M IY0     # a tab
Zorblax  /ˈzɔːɹblæks/
Dr. Who "doctor hugh"
MINAS  Tirith\t[ˈminas ˈtiɹiθ]
R2-D2 "artoo detoo"
4711  F AO1 R
Łódź /wutʃ/
C# S IY1 SH AA1 R P
the(2)  DH IY
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Kim", ["kim: JH AO M IY"]),
        ("KIM's and kim'll", ["kim's: JH AO M IY Z", "and: AH N D", "kim'll: JH AO M IY AH L"]),
        ("Hello Dr. Zorblax!", ["hello: HH AH L OW", "doctor: D AA K T ER", "zorblax: Z AO R B L AE K S"]),
        ("Dr. Who", ["dr. who: D AA K T ER HH Y UW"]),
        ("minas\n tirith", ["minas tirith: M IY N AA S T IY R IY TH"]),
        ("r2-d2 4711", ["r2-d2: AA R T UW D IH T UW", "4711: F AO R"]),
        ("ŁÓDŹ", ["lodz: W UW CH"]),
        ("C#", ["c#: S IY SH AA R P"]),
        ("THE", ["the: DH IY"]),
    ],
)
def test_listed_words_are_said_as_written(listed, text, words):
    assert said(text, listed(LIST)) == words


def test_a_part_of_a_word_or_of_a_number_is_another_word(listed):
    told = said("O'Kim, Kimberly, 1.4711, 47110", listed(LIST))
    assert len(told) > 6
    assert not any("JH AO" in line or line.endswith(": F AO R") for line in told if not line.startswith("four"))


def test_a_made_up_name_in_the_line_has_the_phones_of_the_list(listed, tmp_path):
    path, out = listed("Zorblax  K IH1 M\n"), tmp_path / "phones.json"
    text = TEXT.replace("Kim", "Zorblax")
    done = run("phones", LINE, "-o", out, "--transcript", text, "--pronunciations", path, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(out.read_text())
    (name,) = [word for word in found["words"] if word[0] == "zorblax"]
    assert [p[0] for p in found["phones"] if name[1] <= p[1] < name[2] and p[0] != "SIL"] == ["K", "IH", "M"]
    assert json.loads(done.stdout)["notes"] == []


@pytest.mark.parametrize("lines", ["Kim  JH AO M IY\nKim  K IH1 M\n", 'Kim "kim"\nKim /dʒɔmi/\n'])
def test_of_several_pronunciations_the_one_that_is_heard_is_spoken(listed, decoders, lines):
    found = listen(read_audio(LINE), TEXT, "en", decoders=decoders, pronunciations=read_pronunciations(listed(lines)))
    assert phones_within(found.track, "kim") == ["K", "IH", "M"]


def test_a_recognised_word_is_said_as_listed(listed, decoders):
    """Without a transcript: Moonshine writes the words down."""
    own = read_pronunciations(listed("Voice  V AO1 AY S\n"))
    found = listen(read_audio(LINE), None, decoders=decoders, pronunciations=own)
    assert phones_within(found.track, "voice") == ["V", "AO", "AY", "S"]
    plain = listen(read_audio(LINE), None, decoders=decoders)
    assert phones_within(plain.track, "voice") == ["V", "OY", "S"]


def test_a_line_is_the_same_after_lines_with_lists(listed, decoders):
    waveform = read_audio(LINE)
    before = listen(waveform, TEXT, "en", decoders=decoders)
    first = read_pronunciations(listed("Kim  JH AO M IY\nhello B AO L AA\n"))
    with_list = listen(waveform, TEXT, "en", decoders=decoders, pronunciations=first)
    other = read_pronunciations(listed("Kim  G AA M\n", "other.txt"))
    assert listen(waveform, TEXT, "en", decoders=decoders, pronunciations=other) != with_list
    assert listen(waveform, TEXT, "en", decoders=decoders, pronunciations=first) == with_list
    assert listen(waveform, TEXT, "en", decoders=decoders) == before
    assert decoders.own == NO_OWN_WORDS


def german(text: str) -> Waveform:
    """The text as espeak-ng says it; the test is skipped where the program is not installed."""
    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("espeak-ng is not installed")
    done = subprocess.run([program, "-v", "de", "--stdout", text], capture_output=True, check=True)
    samples = np.frombuffer(done.stdout[44:], "<i2").astype(np.float32) / 32768
    silence = np.zeros(SAMPLE_RATE // 5, np.float32)
    return Waveform(np.concatenate([silence, soxr.resample(samples, 22050, SAMPLE_RATE), silence]))


GERMAN = "Guten Abend, {} baut im Sommer schöne blaue Möbel."


@pytest.mark.parametrize("written", ["pimobu", "PIMOBU"])
def test_in_german_the_list_weighs_more_than_espeak(listed, decoders, written):
    """What is said sounds like the list; the spelling in the transcript sounds like nothing of it."""
    waveform = german(GERMAN.format("Pimobu"))
    text = GERMAN.format("XG1")
    own = read_pronunciations(listed(f'[en]\nXg1 "wrong"\n[de]\nxg1  "{written}"\nXG1 /ʃaʃa/\n'))
    found = listen(waveform, text, "de", decoders=decoders, pronunciations=own)
    assert (found.notes, found.heard) == ((), text)
    assert phones_within(found.track, "XG1") == ["P", "IY", "M", "OW", "B", "UW"]


def test_lines_of_a_language_are_for_it_alone(listed):
    own = read_pronunciations(listed('Kim /ʃa/\n[de]\nKim "kim"\nUwe K AE1 T\n[fr-be]\nKim /œ̃/\n[all]\nUwe /u/\n'))

    def ways(text: str, language: str) -> list[tuple[str, ...]]:
        return [way for word in words_of_text(text, language, own.of(language)) for way in word.ways]

    assert ways("Kim Uwe", "de") == [("k", "i", "m"), ("k", "æ", "t")]
    assert ways("Kim Uwe", "pl") == [("ʃ", "a"), ("u",)]
    assert ways("KIM", "fr-fr") == [("ʃ", "a")]
    assert ways("Kim’s l'Uwe", "fr-be") == [("ɛ̃", "s"), ("l", "u")]


def test_words_of_any_script(listed):
    own = read_pronunciations(listed("東京 /toːkʲoː/\nГэндальф /ɡɛndalf/\nकरण K AA R AH N\nกา /kaː/\n"))
    assert unreadable("東京です", "ja")
    assert not unreadable("東京です", "ja", own.of("ja"))
    assert [word.spelling for word in words_of_text("東京です", "ja", own.of("ja"))] == ["東京", "です"]
    assert words_of_text("ГЭНДАЛЬФ.", "ru", own.of("ru"))[0].ways == (("ɡ", "ɛ", "n", "d", "a", "l", "f"),)
    assert words_of_text("करण", "hi", own.of("hi"))[0].ways == (("k", "ɑ", "ɹ", "ʌ", "n"),)
    assert words_of_text("मकरण", "hi", own.of("hi"))[0].ways != words_of_text("करण", "hi", own.of("hi"))[0].ways
    assert words_of_text("กา", "th", own.of("th"))[0].ways == (("k", "a"),)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("Gandalf", '"Gandalf" has no pronunciation; write a tab after the word'),
        ("Minas Tirith M IY N", '"TIRITH" is no phone of ARPAbet; write a tab after the word'),
        ("Kim\tK QQ M", '"QQ" is no phone of ARPAbet'),
        ("Kim\tSIL", '"SIL" is no phone of ARPAbet'),
        ("Kim /kIm/", '"I" is no letter of the IPA'),
        ("Kim /ˈ/", "there is no sound between the marks"),
        ('Kim ""', "there is no word between the quotes"),
        ("/kɪm/", "there is no word before the pronunciation"),
        ("!!!\tK AE T", "there is no word before the pronunciation"),
        ("[tlh]", 'There is no language "tlh"'),
        ("a" * 300 + "\tAH", "the word has more than 200 characters"),
        ("Kim\t" + "AH " * 300, "the pronunciation has more than 200 sounds"),
        ("\n".join(["Kim K AE T"] * 40), "the word has more than 16 lines"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(listed, line, problem):
    path = listed(f"# names\n{line}\n")
    with pytest.raises(InputError) as caught:
        read_pronunciations(path)
    number = 18 if "\n" in line else 2
    assert str(caught.value).startswith(f"{path}, line {number}: ")
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_lists_that_are_no_lists_are_refused_before_the_work(listed, tmp_path):
    out = tmp_path / "take.npz"
    for path, problem in (
        (tmp_path / "nowhere.txt", "There is no file"),
        (tmp_path, "is a folder; choose a list of pronunciations"),
        (listed("Kim\n", "bad.txt"), "line 1"),
    ):
        done = run("generate", LINE, "-o", out, "--fps", 25, "--pronunciations", path)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert problem in done.stderr
        assert not out.exists()
    (tmp_path / "latin.txt").write_bytes(b"M\xfcller  M IY\n")
    with pytest.raises(InputError, match="save it as UTF-8"):
        read_pronunciations(tmp_path / "latin.txt")
    with pytest.raises(InputError, match="more than 20000 lines"):
        read_pronunciations(listed("\n" * (limits.PRONUNCIATION_LINES + 1)))


def test_a_batch_makes_a_line_again_when_the_list_was_changed(listed, tmp_path):
    path, takes = listed("Kim  K IH M\n"), tmp_path / "takes"
    row = {"audio": str(LINE), "transcript": TEXT, "fps": 25}
    (tmp_path / "lines.jsonl").write_text(json.dumps(row | {"pronunciations": "names.txt"}))
    made = []
    for text in ("Kim  K IH M\n", "Kim  K IH M\n", "Kim  G AA M\n"):
        path.write_text(text)
        made.append(json.loads(run("batch", tmp_path / "lines.jsonl", "-o", takes, "--json").stdout)["made"])
    assert made == [1, 0, 1]
    digests = {read_meta(take)["pronunciations_sha256"] for take in takes.glob("*.npz")}
    assert len(digests) == 2
    # The option is for lines that name none: the same list gives the same take.
    (tmp_path / "lines.jsonl").write_text(json.dumps(row))
    again = run("batch", tmp_path / "lines.jsonl", "-o", takes, "--pronunciations", path, "--json")
    assert json.loads(again.stdout)["kept"] == 1
    assert json.loads(run("batch", tmp_path / "lines.jsonl", "-o", takes, "--json").stdout)["made"] == 1


def test_the_worker_and_captures_take_a_list(listed, tmp_path):
    path = listed("Kim  JH AO M IY\n")
    curves = tmp_path / "take.csv"
    rows = "".join(f"00:00:{i // 60:02}:{i % 60:02}.0,1,0.{i % 10}\n" for i in range(300))
    curves.write_text("Timecode,BlendShapeCount,jawOpen\n" + rows)
    talk = Talk()
    params = {"audio": str(LINE), "transcript": TEXT, "fps": 25, "pronunciations": str(path)}
    taken = talk.call("capture", capture=str(curves), output=str(tmp_path / "c.npz"), **params)["result"]
    # Said otherwise than it sounds, the word stays, and at most a note tells.
    assert taken["heard"] == TEXT.strip()
    assert read_meta(tmp_path / "c.npz")["pronunciations_sha256"]
    listened = talk.call("phones", audio=str(LINE), transcript=TEXT, pronunciations=str(path))["result"]
    (name,) = [word for word in listened["words"] if word[0] == "kim"]
    assert [p[0] for p in listened["phones"] if name[1] <= p[1] < name[2]][:2] == ["JH", "AO"]
    told = [talk.call("pronounce", text="Kim", **more)["result"] for more in ({"pronunciations": str(path)}, {})]
    assert [each["words"] for each in told] == [[["kim", ["JH", "AO", "M", "IY"]]], [["kim", ["K", "IH", "M"]]]]
    talk.process.stdin.close()
    talk.process.wait(30)


def test_a_name_from_a_voice_of_flite(listed, tmp_path):
    """Another voice than that of the line; the made-up name is written as nobody would read it."""
    program = shutil.which("flite")
    if program is None:
        pytest.skip("flite is not installed")
    sound = tmp_path / "line.wav"
    subprocess.run([program, "-voice", "slt", "-t", "The wizard Babimo came home today", "-o", sound], check=True)
    path = listed('Xg1q  "bah bee mow"\n')
    done = run(
        *("phones", sound, "-o", tmp_path / "o.json", "--transcript", "The wizard Xg1q came home today"),
        *("--pronunciations", path, "--json"),
    )
    found = json.loads(done.stdout)
    (name,) = [word for word in found["words"] if word[0] == "xg1q"]
    labels = [p[0] for p in found["phones"] if name[1] <= p[1] < name[2] and p[0] != "SIL"]
    assert labels == ["B", "AA", "B", "IY", "M", "OW"]
    assert found["notes"] == []
