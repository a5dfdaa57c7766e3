"""`blender -b FILE -c kmtalk …` in a real Blender, with the extension installed from its zip."""

import json
import shutil
import subprocess

import pytest
from window import ROOT, TREE

pytestmark = pytest.mark.gui

INSTALL = (
    "import bpy; bpy.ops.extensions.package_install_files(filepath='{archive}', repo='user_default', "
    "enable_on_install=True); bpy.ops.wm.save_userpref()"
)


@pytest.fixture
def command(blender, archive):
    """Function that runs a real Blender in the background and gives exit code, stdout and stderr."""
    folder = TREE / "out" / f"gui-command{ROOT.name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    variables = {
        "HOME": "/root",
        "KMTALK_PYTHON": TREE / ".venv" / "bin" / "python",
        "BLENDER_USER_RESOURCES": folder / "user",
    }
    settings = [f"{name}={value}" for name, value in variables.items()]
    (folder / "user").mkdir()

    def run(*arguments):
        script = [str(TREE / "tools" / "windowed_blender.sh"), str(blender), "env", *settings, "blender", "-b"]
        done = subprocess.run([*script, *map(str, arguments)], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    run.folder = folder
    code, out, err = run("--python-exit-code", "3", "--python-expr", INSTALL.format(archive=archive))
    assert code == 0, out + err
    return run


def last_object(out):
    """The last line of the output that is a JSON object."""
    return json.loads([line for line in out.splitlines() if line.startswith("{")][-1])


def test_the_command_of_an_installed_extension(command):
    table = command.folder / "lines.csv"
    table.write_text(f"audio,transcript,frame\n{TREE / 'assets' / 'demo_line.flac'},,10\n")
    code, out, err = command("-c", "kmtalk", "batch", table, "-o", command.folder / "spoken", "--json")
    assert code == 0, err
    spoken = last_object(out)["files"][0]

    code, out, _ = command(spoken, "-c", "kmtalk", "info", "--json")
    assert code == 0
    assert last_object(out)["takes"]["KMTalk Head"][0]["start"] == 10

    code, _, _ = command(spoken, "-c", "kmtalk", "export", command.folder / "take.csv")
    assert code == 0
    assert (command.folder / "take.csv").read_text().startswith("Timecode,BlendShapeCount,")

    code, _, err = command(spoken, "-c", "kmtalk", "complete")
    assert code == 2
    assert "was edited" in err

    code, _, err = command(spoken, "-c", "kmtalk", "generate", "--audio", "/nowhere.wav", "--json")
    assert code == 2
    errors = [line for line in err.splitlines() if line.startswith("{")]
    assert "no sound file" in json.loads(errors[-1])["error"]
