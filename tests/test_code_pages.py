"""Transcripts and subtitles of programs that write no Unicode: their code page is found, and said."""

import json
import subprocess
import sys

import pytest
from recordings import LINE, TREE

from model_runtime.errors import InputError
from model_runtime.linguistics.transcript_file import find_transcript

# Code page -> its name in sentences, and a text.
WRITTEN = {
    "cp1251": ("Windows-1251", "Я не знаю, что тебе сказать. Может быть, завтра будет лучше."),
    "koi8-r": ("KOI8-R", "Мы приехали вчера вечером и сразу легли спать."),
    "cp866": ("DOS-866", "Мы приехали вчера вечером и сразу легли спать."),
    "cp1250": ("Windows-1250", "Nie wiem, co ci powiedzieć. Może jutro będzie lepiej."),
    "iso8859-2": ("ISO 8859-2", "Nevím, co ti mám říct. Možná zítra bude líp."),
    "cp1252": ("Windows-1252", "Je ne sais pas quoi te dire. Peut-être que ça ira mieux."),
    "mac-roman": ("Mac Roman", "Ich weiß nicht, was ich dir sagen soll. Vielleicht wird es schöner."),
    "cp1253": ("Windows-1253", "Δεν ξέρω τι να σου πω. Ίσως αύριο θα είναι καλύτερα."),
    "cp1254": ("Windows-1254", "Sana ne söyleyeceğimi bilmiyorum. Belki yarın daha iyi olur."),
    "cp932": ("Shift-JIS", "何と言えばいいかわからない。明日はもっと良くなるかもしれない。"),
    "gbk": ("GBK", "我不知道该对你说什么。也许明天会更好。"),
    "big5": ("Big5", "我不知道該對你說什麼。也許明天會更好。"),
    "cp949": ("EUC-KR", "무슨 말을 해야 할지 모르겠어. 아마 내일은 더 나아질 거야."),
    "cp874": ("Windows-874", "ฉันไม่รู้จะพูดอะไรกับคุณ พรุ่งนี้อาจจะดีกว่านี้"),
}
SRT = "1\r\n00:00:00,500 --> 00:00:03,500\r\n{}\r\n"


@pytest.mark.parametrize("page", WRITTEN)
@pytest.mark.parametrize("form", ["{}", SRT])
def test_a_file_in_a_code_page_is_read_and_said(tmp_path, page, form):
    name, text = WRITTEN[page]
    path = tmp_path / ("a.txt" if form == "{}" else "a.srt")
    path.write_bytes(form.format(text).encode(page))
    found = find_transcript(None, str(path))
    assert found.text == text
    assert found.notes == (
        f"{path.name} is not UTF-8; it was read as {name}. If its letters are wrong, save it as UTF-8.",
    )


# A few letters are of any language; the one that is given, or that stands in the name, decides.
@pytest.mark.parametrize(
    ("language", "page", "text"),
    [("tr", "cp1254", "Çok teşekkür ederim."), ("sk", "cp1250", "Dobrý deň, ako sa máte?"), ("es", "cp1252", "¿Cómo?")],
)
def test_the_language_tells_the_code_page(tmp_path, language, page, text):
    (tmp_path / "a.txt").write_bytes(text.encode(page))
    assert find_transcript(None, str(tmp_path / "a.txt"), language=language).text == text
    (tmp_path / f"a.{language}.srt").write_bytes(SRT.format(text).encode(page))
    assert find_transcript(None, str(tmp_path / f"a.{language}.srt")).text == text


def test_a_language_whose_code_pages_cannot_be_does_not_decide(tmp_path):
    text = WRITTEN["cp932"][1]
    (tmp_path / "a.txt").write_bytes(text.encode("cp932"))
    assert find_transcript(None, str(tmp_path / "a.txt"), language="el").text == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_has_no_note(tmp_path, encoding):
    for _name, text in WRITTEN.values():
        (tmp_path / "a.txt").write_bytes(text.encode(encoding))
        found = find_transcript(None, str(tmp_path / "a.txt"))
        assert (found.text, found.notes) == (text, ())


def test_utf8_with_a_damaged_letter_stays_utf8(tmp_path):
    text = WRITTEN["cp1251"][1]
    (tmp_path / "a.txt").write_bytes(text.encode()[:-2] + b"\xd1.")
    assert find_transcript(None, str(tmp_path / "a.txt")).text.startswith(text[:-2])


def test_what_is_no_text_is_refused(tmp_path):
    (tmp_path / "a.txt").write_bytes(LINE.read_bytes())
    with pytest.raises(InputError, match="is no text; save it as UTF-8"):
        find_transcript(None, str(tmp_path / "a.txt"))


def test_the_command_says_what_was_assumed(tmp_path):
    name, text = WRITTEN["cp1251"]
    (tmp_path / "a.srt").write_bytes(SRT.format(text).encode("cp1251"))
    command = [sys.executable, "-m", "model_runtime", "subtitles", str(tmp_path / "a.srt"), "--json"]
    run = subprocess.run(command, cwd=TREE, capture_output=True, text=True, check=True)
    told = json.loads(run.stdout)
    assert told["text"] == text
    assert name in told["notes"][0]
