"""Render farm templates, run as a farm runs them: by openjd, and by the commands that Flamenco would receive."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from recordings import LINE, TEXT, TREE

pytestmark = pytest.mark.slow

TEMPLATE = TREE / "farm" / "kmtalk_batch.openjd.yaml"


@pytest.fixture
def lines(tmp_path) -> Path:
    path = tmp_path / "lines.jsonl"
    rows = [json.dumps({"audio": str(LINE), "transcript": TEXT, "seed": seed}) for seed in range(3)]
    path.write_text("\n".join(rows))
    return path


def run(*command: object) -> subprocess.CompletedProcess:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)


def test_openjd_checks_and_runs_the_template(lines, tmp_path):
    openjd = Path(sys.executable).with_name("openjd")
    checked = run(openjd, "check", TEMPLATE)
    assert checked.returncode == 0, checked.stdout
    out = tmp_path / "out"
    parameters = {"Lines": lines, "Output": out, "Shards": 2, "Python": sys.executable, "Runtime": TREE}
    options = [option for name, value in parameters.items() for option in ("-p", f"{name}={value}")]
    ran = run(openjd, "run", TEMPLATE, *options)
    assert ran.returncode == 0, ran.stdout
    assert len(list(out.glob("*.npz"))) == 3
    assert len(list(out.glob("summary-*-of-2.json"))) == 2


def test_flamenco_gets_one_working_command_a_shard(lines, tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    settings = {"lines": lines, "output": tmp_path / "out", "shards": 2, "python": sys.executable, "runtime": TREE}
    compile_job = f"""
        const commands = [];
        const author = {{
            Task: () => ({{ addCommand: (command) => commands.push(command) }}),
            Command: (name, parameters) => ({{ name, ...parameters }}),
        }};
        {(TREE / "farm" / "kmtalk_batch.js").read_text()}
        compileJob({{ settings: {json.dumps(settings, default=str)}, addTask: () => null }});
        console.log(JSON.stringify(commands));
    """
    commands = json.loads(run(node, "-e", compile_job).stdout)
    assert [command["name"] for command in commands] == ["exec", "exec"]
    for command in commands:
        ran = run(command["exe"], *command["args"])
        assert ran.returncode == 0, ran.stderr
    assert len(list((tmp_path / "out").glob("*.npz"))) == 3
