"""The worker may be killed at any moment."""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]
LINE = TREE / "assets" / "demo_line.flac"


@pytest.fixture
def client_type(extension) -> type:
    """The class under test; importing it needs the extension's package."""
    from bl_ext.user_default.kmtalk.runtime.client import Client

    return Client


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be stopped for a while there")
def test_a_worker_that_died_idle_is_started_again_without_a_word(client_type, tmp_path):
    client = client_type(Path(os.environ["KMTALK_PYTHON"]))
    try:
        client.call("head", {"output": str(tmp_path / "first.npz")})
        first = client.pid
        # It is there when it is asked, and gone before it hears of it.
        os.kill(first, signal.SIGSTOP)
        ticket = client.submit("head", {"output": str(tmp_path / "second.npz")})
        os.kill(first, signal.SIGKILL)
        while not ticket.ended:
            client.pump()
            time.sleep(0.01)
        assert client.result(ticket)["vertices"] > 1000
        assert client.pid != first
        assert (tmp_path / "second.npz").is_file()
    finally:
        client.close()


def worker(folder: Path, answer: str) -> tuple[Path, Path]:
    """A worker that hears one request, answers with `answer` and ends; and the file that tells how often it started."""
    starts, python = folder / "starts", folder / "python"
    hello = json.dumps({"event": "hello", "protocol": 1, "version": "0", "python": "3", "pid": 1})
    python.write_text(f"#!/bin/sh\necho x >> '{starts}'\necho '{hello}'\nread line\n{answer}\nexit 3\n")
    python.chmod(0o755)
    return python, starts


@pytest.mark.skipif(sys.platform == "win32", reason="the worker here is a script of the shell")
@pytest.mark.parametrize(
    ("answer", "started"),
    [
        # Whatever it died of, it dies of it again.
        ("", 2),
        # What has begun is not begun again: it may have been what the worker died of.
        ("""echo '{"id": 1, "event": "progress", "stage": "a", "fraction": 0.1, "text": "Reading"}'""", 1),
    ],
)
def test_a_request_that_a_worker_dies_of_fails_with_a_sentence(client_type, tmp_path, answer, started):
    python, starts = worker(tmp_path, answer)
    client = client_type(python)
    try:
        with pytest.raises(Exception, match=r"KMTalk's runtime stopped \(exit code 3\); try again") as caught:
            client.call("info", {})
    finally:
        client.close()
    assert type(caught.value).__name__ == "UserError"
    assert starts.read_text().count("x") == started


@pytest.mark.slow
def test_killed_at_twenty_moments_a_sentence_and_the_next_request_works(extension, tmp_path):
    from bl_ext.user_default.kmtalk.runtime.client import Client

    client = Client(Path(os.environ["KMTALK_PYTHON"]))
    moments = random.Random(0)
    failed = 0
    try:
        begun = time.monotonic()
        client.call("generate", {"audio": str(LINE), "output": str(tmp_path / "undisturbed.npz"), "fps": 30})
        # Every moment lies within what a take needs here, the start of the worker included.
        undisturbed_s = time.monotonic() - begun
        client.close()
        for attempt in range(20):
            output = tmp_path / f"{attempt}.npz"
            ticket = client.submit("generate", {"audio": str(LINE), "output": str(output), "fps": 30})
            until = time.monotonic() + moments.uniform(0.0, undisturbed_s)
            while time.monotonic() < until and not ticket.ended:
                client.pump()
                time.sleep(0.01)
            os.kill(client.pid, signal.SIGKILL)
            # The system takes a moment to end it; nobody asks again within that moment.
            while client.alive:
                time.sleep(0.001)
            while not ticket.ended:
                client.pump()
                time.sleep(0.01)
            assert ticket.state in ("done", "failed")
            if ticket.state == "failed":
                failed += 1
                assert ticket.message.startswith("KMTalk's runtime")
                assert ticket.message.count("\n") == 0
                assert not output.exists()
        assert failed >= 5
        assert not [path for path in tmp_path.iterdir() if path.suffix == ".npz" and path.stat().st_size == 0]
        result = client.call("generate", {"audio": str(LINE), "output": str(tmp_path / "last.npz"), "fps": 30})
        assert result["frames"] == 180
    finally:
        client.close()
