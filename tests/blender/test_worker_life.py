"""The worker may be killed at any moment."""

import os
import random
import signal
import time
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]
LINE = TREE / "assets" / "demo_line.flac"


@pytest.mark.slow
def test_killed_at_twenty_moments_a_sentence_and_the_next_request_works(extension, tmp_path):
    from bl_ext.user_default.kmtalk.runtime.client import Client

    client = Client(Path(os.environ["KMTALK_PYTHON"]))
    moments = random.Random(0)
    failed = 0
    try:
        for attempt in range(20):
            output = tmp_path / f"{attempt}.npz"
            ticket = client.submit("generate", {"audio": str(LINE), "output": str(output), "fps": 30})
            until = time.monotonic() + moments.uniform(0.0, 2.5)
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
        assert failed >= 10
        assert not [path for path in tmp_path.iterdir() if path.suffix == ".npz" and path.stat().st_size == 0]
        result = client.call("generate", {"audio": str(LINE), "output": str(tmp_path / "last.npz"), "fps": 30})
        assert result["frames"] == 180
    finally:
        client.close()
