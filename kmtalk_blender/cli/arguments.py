"""The arguments of the command line."""

import argparse
from collections.abc import Callable

from ..runtime.schema import EMOTION_SETTINGS
from .lists import COLUMNS, make_files
from .shot import capture_shot, complete_shot, export_shot, generate_shot, show_info

__all__ = ["parser"]


def parser() -> argparse.ArgumentParser:
    """The parser; `run` of what it parses is the command, which takes it and returns its answer."""
    found = argparse.ArgumentParser(prog="blender -b FILE -c kmtalk", description="Speech makes a face move.")
    commands = found.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, function: Callable[[argparse.Namespace], dict], text: str, *shared: argparse.ArgumentParser
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text, parents=shared)
        added.set_defaults(run=function)
        added.add_argument("--json", action="store_true", help="print a JSON object")
        return added

    character, lists, words, saved = (argparse.ArgumentParser(add_help=False) for _ in range(4))
    character.add_argument("--target", default="", help="the character's object")
    lists.add_argument(
        "--pronunciations", default="", help="a text file with words and how they are said; default: the scene's"
    )
    words.add_argument("--transcript", default="", help="the words")
    words.add_argument("--language", default="", help="what is spoken, such as de; default: the scene's")
    words.add_argument("--textgrid", default="", help="a file with the sound's phones and their times")
    words.add_argument("--tier", default="", help="its tier of phones: name, number or speaker")
    words.add_argument("--keys", choices=("EVERY_FRAME", "KEY_MOTIONS", "SPARSE"))
    saved.add_argument(
        "-o", "--output", default="", help="where to save the .blend file; default: over the opened file"
    )

    text = "speak a strip, a sound file or the whole scene"
    spoken = command("generate", generate_shot, text, character, words, lists, saved)
    what = spoken.add_mutually_exclusive_group()
    what.add_argument("--strip", default="", help="a strip's name; without it the active or only one")
    what.add_argument("--audio", default="", help="a sound file instead of a strip")
    what.add_argument("--all", action="store_true", help="every audible sound strip")
    spoken.add_argument("--frame", type=int, default=1, help="frame at which --audio starts")
    spoken.add_argument("--head-and-eyes", action="store_true", help="move head, eyes, lids and brows too")
    spoken.add_argument("--emotion", choices=tuple(EMOTION_SETTINGS), help="what the face shows")
    spoken.add_argument("--emotion-strength", type=float, default=1.0, help="0 not at all to 1 fully (default)")

    text = "a captured performance (Live Link Face and others) onto the character"
    captured = command("capture", capture_shot, text, character, words, lists, saved)
    captured.add_argument("path", help="the capture's file, or the folder of its take")
    captured.add_argument("--frame", type=int, default=1, help="frame at which it starts, without a strip")
    captured.add_argument("--from", dest="timecode", default="", help="timecode at which it begins")
    sound = captured.add_mutually_exclusive_group()
    sound.add_argument("--strip", default="", help="the strip with the sound that was recorded with it")
    sound.add_argument("--audio", default="", help="that sound as a file")

    filled = command("complete", complete_shot, "fill in a take around its edited keys", character, saved)
    filled.add_argument("--first", type=int, help="first frame that may change")
    filled.add_argument("--last", type=int, help="last frame that may change")
    filled.add_argument("--reach", type=int, help="key motions within this many frames of an edit are moved with it")

    text = f"one .blend file for each line of a CSV with the columns {COLUMNS}"
    many = command("batch", make_files, text, lists)
    many.add_argument("lines", help="the CSV")
    many.add_argument("-o", "--output", required=True, help="the folder for the .blend files")
    many.add_argument("--resume", action="store_true", help="skip lines whose file exists already")

    text = "write a take as .npz, .csv (Live Link Face) or .json"
    written = command("export", export_shot, text, character)
    written.add_argument("path", help="the file")

    command("info", show_info, "show the runtime and the takes of the file")
    return found
