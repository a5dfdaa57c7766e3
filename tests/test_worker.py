"""The worker in a separate process, with requests as Blender sends them."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import soundfile
from conversation import COMMAND, ENVIRONMENT, Talk
from recordings import LINE, TEXT, TREE

from model_runtime.protocol import PROTOCOL
from model_runtime.speech.audio import read_audio
from model_runtime.take import read_take


@pytest.fixture(scope="module")
def talk():
    conversation = Talk()
    yield conversation
    conversation.process.kill()
    conversation.process.wait()


@pytest.fixture(scope="module")
def long_line(tmp_path_factory):
    """Path of half a minute of speech."""
    path = tmp_path_factory.mktemp("long") / "long.wav"
    soundfile.write(path, np.tile(read_audio(LINE).samples, 6), 16000)
    return str(path)


def test_hello_comes_first(talk):
    assert talk.hello["event"] == "hello"
    assert talk.hello["protocol"] == PROTOCOL
    assert talk.hello["pid"] == talk.process.pid
    assert set(talk.hello) == {"event", "protocol", "version", "python", "pid"}


def test_generate_with_progress(talk, tmp_path):
    output = tmp_path / "take.npz"
    number = talk.ask("generate", audio=str(LINE), output=str(output), fps=24, transcript=TEXT, seed=3)
    progress, end = talk.until_end(number)
    fractions = [event["fraction"] for event in progress]
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] < fractions[-1] <= 1
    assert {"stage", "text", "fraction"} <= set(progress[0])
    assert end["event"] == "result"
    take = read_take(output)
    assert end["result"]["frames"] == len(take.weights)
    assert end["result"]["key_frames"] == len(take.key_frames)
    assert take.fps == 24.0
    assert take.meta["settings"]["seed"] == 3


def test_the_worker_and_the_command_line_agree_to_the_byte(talk, tmp_path):
    one, two, three = (str(tmp_path / f"{name}.npz") for name in ("one", "two", "three"))
    talk.call("generate", audio=str(LINE), output=one, fps=30.0, transcript=TEXT)
    talk.call("phones", audio=str(LINE), transcript="something else entirely")
    talk.call("generate", audio=str(LINE), output=two, fps=30.0, transcript=TEXT)
    command = [sys.executable, "-m", "model_runtime", "generate", str(LINE), "-o", three, "--transcript", TEXT]
    subprocess.run(command, env=ENVIRONMENT, check=True, capture_output=True)
    contents = {open(path, "rb").read() for path in (one, two, three)}  # noqa: PTH123, SIM115
    assert len(contents) == 1


def test_phones_given_by_the_client_are_used(talk, tmp_path):
    output = tmp_path / "take.npz"
    phones = [["SIL", 0.0, 0.5], ["M", 0.5, 0.6], ["AA", 0.6, 1.4], ["SIL", 1.4, 2.0]]
    talk.call("generate", audio=str(LINE), output=str(output), fps=30.0, start=1.0, end=3.0, phones=phones)
    assert [[p.label, p.start, p.end] for p in read_take(output).phones.phones] == phones


def test_what_was_understood_comes_with_every_result(talk, tmp_path):
    """Recognised words, confidence and notes are in the results and in the take's meta."""
    output = str(tmp_path / "take.npz")
    given = {"audio": str(LINE), "transcript": TEXT.replace("voice", "banana")}
    made = talk.call("generate", output=output, fps=30.0, **given)["result"]
    listened = talk.call("phones", **given)["result"]
    for result in (made, listened, read_take(output).meta):
        assert "banana" in result["heard"]
        assert 0.5 < result["confidence"] < 1.0
        assert len(result["notes"]) == 1
        assert '"banana"' in result["notes"][0]
    soundfile.write(tmp_path / "door.wav", np.zeros(16000), 16000)
    for named, name in (({}, "door.wav"), ({"name": "Door 3"}, "Door 3")):
        result = talk.call("generate", audio=str(tmp_path / "door.wav"), output=output, fps=30, **named)["result"]
        assert result["notes"][0].startswith(f"No speech is heard in {name}")
        assert (result["heard"], result["confidence"]) == ("", 0.0)


def test_subtitles_are_read_for_the_client(talk, tmp_path):
    path = tmp_path / "line.en.SRT"
    path.write_text(f"1\n00:00:00,000 --> 00:00:06,000\n{TEXT}\n\n2\n00:00:07,000 --> 00:00:08,000\nLater.\n")
    _, end = talk.until_end(talk.ask("subtitles", file=str(path), start=0, end=6.5))
    assert end["result"]["text"] == " ".join(TEXT.split())
    output = tmp_path / "take.npz"
    _, end = talk.until_end(
        talk.ask("generate", audio=str(LINE), output=str(output), fps=24, transcript_file=str(path), end=6.0)
    )
    assert end["result"]["heard"] == " ".join(TEXT.split())
    _, end = talk.until_end(talk.ask("subtitles", file=str(tmp_path / "none.srt")))
    assert (end["event"], end["kind"]) == ("error", "input")


def test_words_given_with_phones_are_what_is_heard(talk, tmp_path):
    output = tmp_path / "take.npz"
    phones = [["SIL", 0.0, 0.5], ["M", 0.5, 0.6], ["AA", 0.6, 1.4], ["SIL", 1.4, 2.0]]
    asked = {"audio": str(LINE), "fps": 30.0, "start": 1.0, "end": 3.0, "phones": phones}
    result = talk.call("generate", output=str(output), words=[["ma", 0.5, 1.4]], **asked)["result"]
    assert (result["heard"], result["confidence"], result["notes"]) == ("ma", 1.0, [])
    take = read_take(output)
    assert [word.label for word in take.phones.words] == ["ma"]
    keys, done = str(tmp_path / "keys.npz"), str(tmp_path / "done.npz")
    np.savez(keys, key_frames=take.key_frames, key_weights=take.key_weights, channels=np.array(take.channels))
    phones[2][0] = "EH"
    for words, expected in ((None, "ma"), ([["meh", 0.5, 1.4]], "meh")):
        talk.call("complete", take=str(output), keys=keys, output=done, phones=phones, words=words)
        assert [word.label for word in read_take(done).phones.words] == [expected]


def test_phones_complete_head_info(talk, tmp_path):
    heard = talk.call("phones", audio=str(LINE), transcript=TEXT, output=str(tmp_path / "a.TextGrid"))["result"]
    assert heard["phones"][0][0] == "SIL"
    assert [word for word, _, _ in heard["words"]][:2] == ["hello", "my"]
    assert (tmp_path / "a.TextGrid").exists()
    take, keys, done = (str(tmp_path / name) for name in ("take.npz", "keys.npz", "done.npz"))
    talk.call("generate", audio=str(LINE), output=take, fps=30.0, transcript=TEXT)
    made = read_take(take)
    np.savez(keys, key_frames=made.key_frames, key_weights=made.key_weights, channels=np.array(made.channels))
    result = talk.call("complete", take=take, keys=keys, output=done, first=10, last=60, locked=["jawOpen"])["result"]
    assert result == {"output": done, "frames": len(made.weights), "key_frames": len(made.key_frames)}
    assert talk.call("head", output=str(tmp_path / "head.npz"))["result"]["vertices"] > 1000
    info = talk.call("info")["result"]
    assert {"version", "python", "onnxruntime", "models", "device", "styles"} <= set(info)


def test_bad_input_is_an_error_and_never_an_end(talk, tmp_path):
    output = str(tmp_path / "out.npz")
    assert "no file" in talk.refused("generate", audio="none.wav", output=output, fps=30)
    assert '"fps" is missing' in talk.refused("generate", audio=str(LINE), output=output)
    assert '"audio" must be text' in talk.refused("phones", audio=7)
    assert 'did you mean "transcript"' in talk.refused("phones", audio=str(LINE), trancript="a")
    assert "finite" in talk.refused("generate", audio=str(LINE), output=output, fps=float("nan"))
    assert "true or false" in talk.refused("generate", audio=str(LINE), output=output, fps=30, blinks=1)
    assert "whole number" in talk.refused("generate", audio=str(LINE), output=output, fps=30, seed=1.5)
    assert "QQQ" in talk.refused("generate", audio=str(LINE), output=output, fps=30, phones=[["QQQ", 0, 1]])
    assert "other" in talk.refused("generate", audio=str(LINE), output=output, fps=30, phones=[["AA", 0, 60]])
    assert "no style" in talk.refused("generate", audio=str(LINE), output=output, fps=30, style="shouted")
    assert "no operation" in talk.refused("dance")
    assert not (tmp_path / "out.npz").exists()
    assert talk.call("info")["event"] == "result"


@pytest.mark.parametrize(
    "line",
    [
        "hello",
        "{",
        "[1, 2]",
        "null",
        '{"op": "info"}',
        '{"id": "1", "op": "info"}',
        '{"id": true, "op": "info"}',
        "[" * 100_000,
        "\x00\x01",
        '{"id": 1e3, "op": "info"}',
    ],
)
def test_a_line_that_is_no_request(talk, line):
    talk.say(line)
    event = talk.event()
    assert (event["id"], event["event"], event["kind"]) == (None, "error", "input")
    assert talk.call("info")["event"] == "result"


def test_a_line_too_long_to_be_a_request(talk):
    talk.say('{"id": 1, "op": "' + "a" * (1 << 25) + '"}')
    event = talk.event()
    assert (event["id"], event["kind"]) == (None, "input")
    assert talk.call("info")["event"] == "result"


@pytest.mark.parametrize("line", ['{"id": 77, "op": "info", "params": 3}', '{"id": 77, "op": "cancel"}', '{"id": 77}'])
def test_a_request_that_makes_no_sense(talk, line):
    talk.say(line)
    event = talk.event()
    assert (event["id"], event["event"], event["kind"]) == (77, "error", "input")


def test_cancel_of_what_runs_and_of_what_waits(talk, long_line, tmp_path):
    output = tmp_path / "long.npz"
    running = talk.ask("generate", audio=long_line, output=str(output), fps=30)
    waiting = talk.ask("phones", audio=str(LINE))
    after = talk.ask("info")
    assert talk.event()["id"] == running
    talk.say(json.dumps({"id": 900, "op": "cancel", "params": {"request": waiting}}))
    talk.say(json.dumps({"id": 901, "op": "cancel", "params": {"request": running}}))
    assert talk.until_end(running)[1] == {"id": running, "event": "cancelled"}
    assert talk.until_end(waiting) == ([], {"id": waiting, "event": "cancelled"})
    assert talk.until_end(after)[1]["event"] == "result"
    assert list(tmp_path.iterdir()) == []


def test_cancel_of_what_is_no_request_is_nothing(talk):
    talk.say(json.dumps({"id": 902, "op": "cancel", "params": {"request": 12345}}))
    assert talk.call("info")["event"] == "result"


def test_shutdown_ends_it_also_while_it_works(long_line):
    talk = Talk()
    number = talk.ask("phones", audio=long_line)
    waiting = talk.ask("info")
    talk.event()
    talk.say(json.dumps({"id": 9, "op": "shutdown", "params": {}}))
    assert talk.until_end(number)[1]["event"] == "cancelled"
    assert talk.until_end(waiting)[1]["event"] == "cancelled"
    assert talk.process.wait(30) == 0


def test_requests_can_be_piped_in():
    lines = [{"id": n, "op": "phones", "params": {"audio": str(LINE), "transcript": TEXT}} for n in (1, 2)]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    done = subprocess.run(COMMAND, input=text, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [event["id"] for event in events if event["event"] == "result"] == [1, 2]


def test_it_ends_by_itself_when_nothing_is_asked():
    talk = Talk("--idle", "0.5")
    assert talk.process.wait(30) == 0


def test_what_libraries_print_never_reaches_the_client(tmp_path):
    # A sitecustomize module that keeps printing to stdout, through Python's print and through the file descriptor.
    (tmp_path / "sitecustomize.py").write_text(
        "import os, threading, time\n"
        "def chatter():\n"
        "    while True:\n"
        "        time.sleep(0.02)\n"
        "        if 'model_runtime.worker' in __import__('sys').modules and os.path.exists(MARK):\n"
        "            os.write(1, b'noise\\n'); print('noise', flush=True)\n"
        f"MARK = {str(tmp_path / 'greeted')!r}\n"
        "threading.Thread(target=chatter, daemon=True).start()\n"
    )
    environment = {**ENVIRONMENT, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(TREE)])}
    talk = Talk(environment=environment)
    (tmp_path / "greeted").touch()
    assert talk.call("phones", audio=str(LINE), transcript=TEXT)["event"] == "result"
    talk.process.stdin.close()
    assert talk.process.wait(30) == 0


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGKILL here")
@pytest.mark.parametrize("busy", [False, True])
def test_it_dies_with_its_parent(busy, long_line):
    request = json.dumps({"id": 1, "op": "phones", "params": {"audio": long_line}}) if busy else ""
    parent = f"""
import subprocess, sys, time
worker = subprocess.Popen({COMMAND!r}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
print(worker.pid, flush=True)
worker.stdout.readline()
worker.stdin.write({request!r} + "\\n")
worker.stdin.flush()
if {busy}:
    worker.stdout.readline()
print("ready", flush=True)
time.sleep(600)
"""
    killed = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
    worker = int(killed.stdout.readline())
    assert killed.stdout.readline().strip() == "ready"
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    for _ in range(300):
        if not running(worker):
            return
        time.sleep(0.1)
    os.kill(worker, signal.SIGKILL)
    pytest.fail("the worker outlived its parent")


def running(pid):
    """Whether the process runs; False for a zombie, which has ended and waits for its parent."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = f"/proc/{pid}/stat"
    if not os.path.exists(status):  # noqa: PTH110
        return os.path.exists("/proc/self") is False  # noqa: PTH110
    with open(status) as stream:  # noqa: PTH123
        return stream.read().rpartition(")")[2].split()[0] != "Z"


def test_two_workers_do_not_disturb_each_other(tmp_path):
    talks = [Talk(), Talk()]
    answers = []
    threads = [
        threading.Thread(
            target=lambda t=t: answers.append(t.call("phones", audio=str(LINE), transcript=TEXT)["result"])
        )
        for t in talks
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers[0] == answers[1]
    for talk in talks:
        talk.process.stdin.close()
        assert talk.process.wait(30) == 0
