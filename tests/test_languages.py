"""Speech in other languages than English: its words become the sounds of that language, and lie where they are said."""

import json
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from conversation import Talk
from recordings import LINE, TEXT

from model_runtime.errors import InputError
from model_runtime.linguistics.decoders import Decoders
from model_runtime.linguistics.espeak import check_language, phones_of, word_sounds
from model_runtime.linguistics.language_choice import find_language
from model_runtime.linguistics.listen import listen
from model_runtime.linguistics.phones import PHONES
from model_runtime.linguistics.sounds import PAUSE, SOUNDS, nearest_phone, sounds_of
from model_runtime.linguistics.subtitles import Cue
from model_runtime.linguistics.words_of_text import words_of_text
from model_runtime.schema import languages
from model_runtime.speech.audio import SAMPLE_RATE, Waveform
from model_runtime.take import read_take

TREE = Path(__file__).resolve().parents[1]
LINES = {
    "de": "Guten Abend, mein Bruder Peter baut im Sommer schöne blaue Möbel.",
    "es": "Buenas tardes, mi primo Pablo pinta la puerta de su bonita casa.",
    "fr-fr": "Bonjour, mon père prend un bon repas avec sa petite famille.",
    "pl": "Dobry wieczór, mój brat pije białą kawę i buduje piękny dom.",
    "it": "Buonasera, mio padre beve un bicchiere di vino bianco.",
}
LIPS = ("B", "M", "P")


@pytest.fixture(scope="module")
def decoders() -> Decoders:
    return Decoders()


def spoken(text: str, language: str) -> Waveform:
    """The text as espeak-ng says it, resampled; the test is skipped where the program is not installed."""
    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("espeak-ng is not installed")
    voice = {"fr-fr": "fr"}.get(language, language)
    run = subprocess.run([program, "-v", voice, "--stdout", text], capture_output=True, check=True)
    samples = np.frombuffer(run.stdout[44:], "<i2").astype(np.float32) / 32768
    silence = np.zeros(SAMPLE_RATE // 5, np.float32)
    return Waveform(np.concatenate([silence, soxr.resample(samples, 22050, SAMPLE_RATE), silence]))


@pytest.mark.parametrize(
    ("word", "language", "sounds"),
    [
        ("Bürger", "de", "b ʏ ɾ ɡ ʌ"),
        ("25", "es", "b eɪ n t i θ i n k o"),
        ("bonjour", "fr-fr", "b ɔ̃ ʒ u ʁ"),
        ("привет", "ru", "p r i v e t"),
        ("नमस्ते", "hi", "n ə m ʌ s t e"),
        ("dünya", "tr", "d ø n j a"),
        ("こんにちは", "ja", "k o n n i tʃ i h a"),
        ("你好", "cmn", "n i x ɑ u"),
        ("안녕하세요", "ko", "ʌ n n j ʌ ŋ h ʌ s e j o"),
        # A name in the language that it is from.
        ("Smith", "fr-fr", "s m ɪ θ"),
    ],
)
def test_words_are_read_in_their_language(word, language, sounds):
    assert word_sounds(word, language) == tuple(sounds.split())


def test_every_listed_language_reads_a_number():
    """Each has a voice of its own in the library; only ancient ones and those of few numerals stay silent."""
    silent = [code for code in languages() if not phones_of("2", code)]
    assert len(silent) <= 12, silent
    assert len(languages()) > 120


def test_every_sound_has_a_mouth():
    assert all(nearest_phone(sound) in PHONES for sound in SOUNDS)
    assert all(sounds_of(sound) == (sound,) for sound in SOUNDS if sound != PAUSE)
    assert [nearest_phone(sound) for sound in ("y", "ø", "ɥ", "ɲ", "ʁ")] == ["UW", "UH", "W", "N", "HH"]


def test_codes_that_people_write_are_known():
    given = ("fr", "zh", "pt_BR", "EN", "no", "de-AT", "es-mx")
    assert [check_language(code) for code in given] == ["fr-fr", "cmn", "pt-br", "en-us", "nb", "de", "es"]
    with pytest.raises(InputError, match='There is no language "tlh"; give a code such as'):
        check_language("tlh")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *(("Guten Morgen, wie geht es dir?", "de"), ("Pon el vaso en la mesa", "es"), ("Bonjour à tous", "fr-fr")),
        *(("Bom dia meu amigo", "pt"), ("Привет мир", "ru"), ("こんにちは", "ja"), ("你好世界", "cmn")),
        *(("Dobrý den", "cs"), ("Goede morgen", "nl"), ("Günaydın arkadaşım", "tr"), ("안녕하세요", "ko")),
        *(("I really mean it.", "en-us"), ("Bin blue at f two now", "en-us"), ("Oh no!", "en-us"), ("123", "en-us")),
        # Names are of no language.
        *(("Shrek, Gandalf, Frodo!", "en-us"), ("Yippee-ki-yay Zorblax", "en-us"), ("", "en-us"), ("😀 ...", "en-us")),
    ],
)
def test_the_language_of_a_text_is_found(text, language, decoders):
    assert find_language(text, decoders.knows) == language


def test_what_people_write_around_words_is_not_read():
    words = words_of_text("ANNA: Übermütige Bürger (lacht) prüfen 3,5 Maßstäbe! 😀 *seufzt*", "de")
    assert [word.spelling for word in words] == ["Übermütige", "Bürger", "prüfen", "3,5", "Maßstäbe"]
    assert [word.spelling for word in words_of_text("你好，世界12", "cmn")] == ["你", "好", "世", "界", "12"]


def test_characters_without_a_known_reading_are_told_and_the_sounds_followed(decoders):
    found = listen(spoken(LINES["it"], "it"), "今日は漢字です", "ja", decoders=decoders)
    assert found.notes == (
        "The mouth follows the sounds: Chinese characters have readings that are not known; write it in kana.",
    )
    assert len(found.track.phones) > 20
    assert listen(spoken(LINES["it"], "it"), "今日は漢字です", decoders=decoders).language == "ja"


@pytest.mark.parametrize("word", ["t99n0\U0002ba573at,k1a'tt.:\U000254be\U00022965k", "a" * 5000, "\U00012345" * 60])
def test_a_word_that_the_library_cannot_bear_is_passed_over(word):
    word_sounds(word, "kok")
    assert word_sounds("Haus", "de") == ("h", "aʊ", "s")


@pytest.mark.parametrize("language", LINES)
def test_the_words_of_a_line_are_found_where_they_are_said(language, decoders):
    text = LINES[language]
    waveform = spoken(text, language)
    found = listen(waveform, text, decoders=decoders)
    assert (found.language, found.notes, found.heard) == (language, (), text)
    assert found.confidence > 0.5
    words = words_of_text(text, language)
    assert [word.label for word in found.track.words] == [word.spelling for word in words]
    assert all(a.end <= b.start for a, b in pairwise(found.track.words))
    expected = [nearest_phone(sound) for word in words for sound in word.ways[0]]
    assert [phone.label for phone in found.track.phones if phone.label in LIPS] == [
        label for label in expected if label in LIPS
    ]
    # Silence before, after, and at the comma.
    assert [phone.label for phone in found.track.phones].count("SIL") in (2, 3, 4)
    assert found.track.phones[0].label == "SIL"
    assert found.track.phones[0].end == pytest.approx(0.2, abs=0.07)
    assert found.track.words[0].start == pytest.approx(0.2, abs=0.07)
    assert found.track.phones[-1].label == "SIL"
    assert found.track.phones[0].start == 0.0
    assert found.track.phones[-1].end == pytest.approx(waveform.duration)


@pytest.mark.parametrize("language", LINES)
def test_without_words_the_lips_close_all_the_same(language, decoders):
    waveform = spoken(LINES[language], language)
    placed = listen(waveform, LINES[language], language, decoders=decoders).track.phones
    heard = listen(waveform, None, language, decoders=decoders)
    assert "Words are recognised in English only" in heard.notes[0]
    closed = [phone for phone in heard.track.phones if phone.label in LIPS]

    def meets(phone):
        return any(other.start - 0.02 < phone.end and phone.start < other.end + 0.02 for other in closed)

    assert heard.track.phones[0].label == "SIL"
    assert heard.track.phones[0].end > 0.1
    wanted = [phone for phone in placed if phone.label in LIPS]
    assert sum(map(meets, wanted)) >= 0.75 * len(wanted)


def test_other_words_are_told_and_not_spoken(decoders):
    waveform = spoken(LINES["de"], "de")
    wrong = listen(waveform, "Zwanzig Fische schwimmen leise durch den kalten Fluss.", "de", decoders=decoders)
    assert wrong.notes == (
        "The transcript does not match the sound, so the mouth follows the sounds; check text and language.",
    )
    assert not wrong.track.words
    longer = listen(waveform, LINES["de"] + " Zwanzig Fische schwimmen im Fluss.", "de", decoders=decoders)
    assert any('says "' in note and "which is not heard" in note for note in longer.notes)
    assert longer.track.words[0].label == "Guten"


def test_a_line_is_the_same_after_lines_in_other_languages(decoders):
    waveform = spoken(LINES["es"], "es")
    first = listen(waveform, LINES["es"], "es", decoders=decoders)
    listen(spoken(LINES["pl"], "pl"), LINES["pl"], "pl", decoders=decoders)
    assert listen(waveform, LINES["es"], "es", decoders=decoders) == first


def test_a_long_line_keeps_all_its_words(decoders):
    """Longer than what is searched at once."""
    waveform = spoken(LINES["it"], "it")
    many = Waveform(np.tile(waveform.samples, 80))
    assert many.duration > 260
    found = listen(many, " ".join([LINES["it"]] * 80), "it", decoders=decoders)
    assert len(found.track.words) > 0.97 * 80 * len(words_of_text(LINES["it"], "it"))


def test_silence_and_noise_have_no_sounds(decoders):
    silent = listen(Waveform(np.zeros(32000, np.float32)), "Guten Tag", "de", decoders=decoders)
    noise = Waveform(np.random.default_rng(0).normal(0, 0.1, 48000).astype(np.float32))
    for found in (silent, listen(noise, None, "de", decoders=decoders)):
        assert {phone.label for phone in found.track.phones} == {"SIL"}
        assert "No speech is heard" in found.notes[0]


def test_the_commands_take_a_language(tmp_path):
    sound = tmp_path / "line.wav"
    soundfile.write(sound, spoken(LINES["de"], "de").samples, SAMPLE_RATE)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "model_runtime", *arguments]
        return subprocess.run(command, cwd=TREE, capture_output=True, text=True, check=False)

    out = tmp_path / "phones.json"
    found = run("phones", str(sound), "-o", str(out), "--transcript", LINES["de"], "--language", "de", "--json")
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["language"] == "de"
    assert [word[0] for word in json.loads(out.read_text())["words"]][:2] == ["Guten", "Abend"]
    told = run("pronounce", "Bürger 3", "--language", "de")
    assert told.stdout.splitlines() == ["Bürger: B UH D G AH", "3: D D AY"]
    refused = run("phones", str(sound), "-o", str(out), "--language", "tlh")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert 'There is no language "tlh"' in refused.stderr
    lines = tmp_path / "lines.jsonl"
    rows = [{"audio": str(sound), "transcript": LINES["de"], "language": language} for language in ("de", "auto")]
    lines.write_text("\n".join(map(json.dumps, rows)))
    made = run("batch", str(lines), "-o", str(tmp_path / "takes"), "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["noted"] == 0


def with_cues(waveform: Waveform, text: str, shift: float = 0.0) -> tuple[Waveform, list[Cue]]:
    """The line, ten seconds of room tone, and the line again; cues that lie `shift` s late."""
    quiet = 1e-4 * np.random.default_rng(0).standard_normal(10 * SAMPLE_RATE)
    samples = np.concatenate([waveform.samples, quiet, waveform.samples]).astype(np.float32)
    starts = (0.2 + shift, waveform.duration + 10.2 + shift)
    return Waveform(samples), [Cue(text, start, start + waveform.duration - 0.4) for start in starts]


def test_a_word_of_a_cue_is_looked_for_near_its_time(decoders):
    """The cue has half of what is said twice; without its time the words lie at the first place."""
    waveform, cues = with_cues(spoken(LINES["de"], "de"), LINES["de"])
    second = [cues[1]]
    text = second[0].text
    found = listen(waveform, text, "de", decoders=decoders, cues=second)
    assert found.notes == ()
    assert [word.label for word in found.track.words] == [word.spelling for word in words_of_text(text, "de")]
    assert found.track.words[0].start == pytest.approx(cues[1].start, abs=0.3)
    anywhere = listen(waveform, text, "de", decoders=decoders)
    both = listen(waveform, f"{text} {text}", "de", decoders=decoders, cues=cues)
    assert len(both.track.words) == 2 * len(anywhere.track.words)
    starts = [word.start for word in both.track.words if word.label == "Guten"]
    assert starts[1] - starts[0] == pytest.approx(cues[1].start - cues[0].start, abs=0.05)


@pytest.mark.parametrize("shift", [0.0, 0.4, -0.4])
def test_cues_near_their_words_keep_all_of_them(decoders, shift):
    """Without them a word is looked for in the room tone between the lines, and lost."""
    waveform, cues = with_cues(spoken(LINES["es"], "es"), LINES["es"], shift)
    text = " ".join(cue.text for cue in cues)
    shares: list[float] = []
    found = listen(waveform, text, "es", lambda share, _: shares.append(share), decoders=decoders, cues=cues)
    assert [word.label for word in found.track.words] == [word.spelling for word in words_of_text(text, "es")]
    assert found.notes == ()
    assert shares == sorted(shares)


@pytest.mark.parametrize("shift", [6.0, -6.0, 500.0])
def test_cues_at_other_times_lose_no_word(decoders, shift):
    waveform, cues = with_cues(spoken(LINES["es"], "es"), LINES["es"], shift)
    text = " ".join(cue.text for cue in cues)
    without = listen(waveform, text, "es", decoders=decoders)
    found = listen(waveform, text, "es", decoders=decoders, cues=cues)
    assert len(found.track.words) >= len(without.track.words) > 20


def test_the_command_reads_the_times_of_subtitles(tmp_path):
    waveform, (first, _) = with_cues(spoken(LINES["es"], "es"), LINES["es"])
    other = "Hasta luego, señora."
    samples = np.concatenate([waveform.samples[: -round(first.end * SAMPLE_RATE)], spoken(other, "es").samples])
    soundfile.write(tmp_path / "line.wav", samples, SAMPLE_RATE)
    cues = [first, Cue(other, len(samples) / SAMPLE_RATE - 1.8, len(samples) / SAMPLE_RATE - 0.2)]

    def stamp(seconds: float) -> str:
        return f"00:00:{int(seconds):02},{round(seconds % 1 * 1000):03}"

    blocks = [f"{n}\n{stamp(c.start)} --> {stamp(c.end)}\n{c.text}\n" for n, c in enumerate(cues, 1)]
    (tmp_path / "line.srt").write_text("\n".join(blocks), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "model_runtime",
        "phones",
        str(tmp_path / "line.wav"),
        "--json",
        "--language",
        "es",
    ]
    command += ["-o", str(tmp_path / "o.json"), "--transcript-file", str(tmp_path / "line.srt")]
    done = subprocess.run(command, cwd=TREE, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert told["notes"] == []
    assert [word[0] for word in told["words"]][-4:] == ["casa", "Hasta", "luego", "señora"]


FRENCH = "Bonjour, mon père prend un bon repas avec une petite fille brune."


def sounds_of_take(path: Path) -> list[tuple[str, str]]:
    """The label and the sound of each phone of a take."""
    return [(phone.label, phone.sound) for phone in read_take(path).phones.phones]


def test_phones_keep_the_sound_that_was_meant(tmp_path):
    """In take, phone lists and TextGrid, and through generation and completion from them."""
    sound = tmp_path / "line.wav"
    soundfile.write(sound, spoken(FRENCH, "fr-fr").samples, SAMPLE_RATE)
    talk = Talk()
    given = {"audio": str(sound), "language": "fr", "transcript": FRENCH}
    talk.call("generate", output=str(tmp_path / "take.npz"), fps=25, **given)
    listed = talk.call("phones", output=str(tmp_path / "line.TextGrid"), **given)["result"]
    own = sounds_of_take(tmp_path / "take.npz")
    assert {"y", "œ̃", "ɔ̃", "ʁ"} <= {each for _, each in own}
    assert {label for label, each in own if each == "y"} == {"UW"}
    assert all(each for label, each in own if label != "SIL")
    assert [label for label, each in own if not each] == ["SIL"] * [label for label, _ in own].count("SIL")
    assert [(phone[0], each) for phone, each in zip(listed["phones"], listed["sounds"], strict=True)] == own
    talk.call("phones", output=str(tmp_path / "line.json"), **given)
    again = {"audio": str(sound), "fps": 25, "textgrid": str(tmp_path / "line.TextGrid")}
    assert talk.call("generate", output=str(tmp_path / "grid.npz"), **again)["event"] == "result"
    assert sounds_of_take(tmp_path / "grid.npz") == own
    again["textgrid"] = str(tmp_path / "line.json")
    assert talk.call("generate", output=str(tmp_path / "json.npz"), **again)["event"] == "result"
    assert sounds_of_take(tmp_path / "json.npz") == own
    phones = {"phones": listed["phones"], "words": listed["words"], "sounds": ["a", *listed["sounds"][1:]]}
    talk.call("generate", audio=str(sound), fps=25, output=str(tmp_path / "given.npz"), **phones)
    assert sounds_of_take(tmp_path / "given.npz") == own, "silence has no sound"
    changed = [*listed["sounds"]]
    place = changed.index("y")
    changed[place] = ""
    keys = tmp_path / "keys.npz"
    np.savez(keys, key_frames=[5], key_weights=np.zeros((1, 1), np.float32), channels=np.array(["jawOpen"]))
    talk.call(
        "complete",
        take=str(tmp_path / "take.npz"),
        keys=str(keys),
        output=str(tmp_path / "done.npz"),
        **(phones | {"sounds": changed}),
    )
    assert sounds_of_take(tmp_path / "done.npz") == [(label, changed[i]) for i, (label, _) in enumerate(own)]
    refused = talk.call("generate", audio=str(sound), fps=25, output=str(keys), **(phones | {"sounds": ["a"]}))
    assert "one text a phone" in refused["message"]
    talk.process.stdin.close()
    talk.process.wait(30)


def test_english_takes_have_no_array_of_sounds(tmp_path):
    talk = Talk()
    talk.call("generate", audio=str(LINE), transcript=TEXT, fps=25, output=str(tmp_path / "take.npz"))
    with np.load(tmp_path / "take.npz") as arrays:
        assert "phone_sounds" not in arrays.files
    assert "sounds" not in talk.call("phones", audio=str(LINE), transcript=TEXT)["result"]
    talk.process.stdin.close()
    talk.process.wait(30)


def noises():
    """Eight seconds of white noise, and of music."""
    time = np.arange(8 * SAMPLE_RATE) / SAMPLE_RATE
    pitch = np.tile(np.repeat([220, 277, 330, 440, 370, 294, 262, 392], SAMPLE_RATE // 4), 4)
    music = 0.15 * (np.sin(2 * np.pi * pitch * time) + 0.5 * np.sin(4 * np.pi * pitch * time))
    return {"white": np.random.default_rng(0).normal(0, 0.1, len(time)), "music": music}


@pytest.mark.parametrize("kind", ["white", "music"])
def test_noise_between_two_sentences_holds_no_word(decoders, kind):
    texts = [LINES["de"], "Morgen fahren wir mit dem Zug nach Berlin und besuchen unsere Freunde."]
    voices = [spoken(text, "de").samples for text in texts]
    samples = np.concatenate([voices[0], noises()[kind], voices[1]]).astype(np.float32)
    found = listen(Waveform(samples), " ".join(texts), "de", decoders=decoders)
    begin = len(voices[0]) / SAMPLE_RATE
    words = {word.label: word for word in found.track.words}
    assert not [word for word in words.values() if word.end > begin + 0.1 and word.start < begin + 7.9]
    assert words["Morgen"].start == pytest.approx(begin + 8.2, abs=0.1)
    assert words["Freunde"].start > begin + 11


def test_a_vowel_that_is_drawn_out_stays_one(decoders):
    voice = spoken("Nein, das glaube ich dir nicht.", "de").samples
    alone = listen(Waveform(voice), "Nein, das glaube ich dir nicht.", "de", decoders=decoders)
    vowel = next(phone for phone in alone.track.phones if phone.label == "AY")
    middle = round((0.6 * vowel.start + 0.4 * vowel.end) * SAMPLE_RATE)
    period = max(range(60, 300), key=lambda step: voice[middle : middle + 300] @ voice[middle + step :][:300])
    held = np.tile(voice[middle : middle + period], 2 * SAMPLE_RATE // period)
    samples = np.concatenate([voice[:middle], held, voice[middle:]])
    found = listen(Waveform(samples), "Nein, das glaube ich dir nicht.", "de", decoders=decoders)
    silence = sum(phone.end - phone.start for phone in found.track.phones if phone.label == "SIL" and phone.start > 0.3)
    assert silence < 1.0


# Language -> what may be said or not, what is said in any case, and a word of the former.
MAYBE_SAID = {
    "ru": ("Анна: {}", "Привет, как твои дела сегодня?", "Анна"),
    "de": ("Achtung: {}", "Wir fahren jetzt mit dem Zug nach Berlin.", "Achtung"),
    "fr-fr": ("Élise : {}", "Je ne sais pas quoi faire demain.", "Élise"),
    "ja": ("アンナ：{}", "きょうはとてもいいてんきですね。", "アンナ"),
    "es": ("(de verdad) {}", "No sé qué decirte, amigo mío.", "verdad"),
}


@pytest.mark.parametrize("language", MAYBE_SAID)
def test_the_sound_decides_whether_a_name_or_a_remark_is_said(decoders, language):
    before, text, word = MAYBE_SAID[language]
    written = before.format(text)
    for sound, is_said in ((written.replace("(", "").replace(")", ","), True), (text, False)):
        found = listen(spoken(sound, language.split("-")[0]), written, language, decoders=decoders)
        assert (word in [each.label for each in found.track.words]) == is_said
        assert not any(word in note for note in found.notes)
