"""Terminal output of all commands: progress bar on stderr, result on stdout, one line and an exit code for errors."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from model_runtime.errors import Cancelled, InputError
from model_runtime.progress import Report
from model_runtime.schema import Setting

__all__ = [
    *("answer", "guarded", "heard_sentences", "json_option", "language_option", "progress_bar"),
    *("pronunciations_option", "setting_options"),
]

OPTION_TYPES = {"number": float, "count": int, "text": str}

language_option = click.option(
    "--language",
    default="auto",
    show_default=True,
    help="Language of the sound: auto, or a code (de, pt-br).",
)
pronunciations_option = click.option("--pronunciations", help="A list of words and how they are said (text).")
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for machines.")


@contextmanager
def progress_bar(quiet: bool = False) -> Iterator[Report]:
    """A progress bar on stderr, driven by a share from 0 to 1; hidden if quiet, or if stderr is no terminal."""
    # Imported here: the worker imports the commands, and shows no bar.
    from tqdm import tqdm

    hidden = True if quiet else None
    with tqdm(total=1.0, bar_format="{desc:12}|{bar}| {percentage:3.0f}%", file=sys.stderr, disable=hidden) as bar:

        def report(_stage: str, fraction: float, text: str) -> None:
            bar.set_description_str(text, refresh=False)
            bar.update(max(0.0, fraction - bar.n))

        yield report


def answer(result: dict[str, Any], as_json: bool, sentence: str) -> None:
    """Print the result on stdout, as JSON or as a sentence."""
    click.echo(json.dumps(result, ensure_ascii=False, allow_nan=False) if as_json else sentence)


def heard_sentences(result: dict[str, Any]) -> list[str]:
    """Sentences for a result of generate or phones: the recognised words with their confidence, if any, and the
    notes."""
    heard = [f'Heard: "{result["heard"]}" ({result["confidence"]:.0%} sure).'] if result["heard"] else []
    return [*heard, *result["notes"]]


def guarded(run: Callable[[], object]) -> int:
    """Run a command and return its exit code: 0; 2 for bad input, with one line on stderr; 1 for any other error."""
    try:
        run()
    except InputError as error:
        return _failed(str(error), 2)
    except click.ClickException as error:
        return _failed(error.format_message(), 2)
    except click.exceptions.Exit as error:
        return error.exit_code
    except (Cancelled, click.Abort, KeyboardInterrupt):
        return _failed("Cancelled.", 1)
    # Boundary to the user's terminal: one line instead of a traceback for any exception.
    except Exception as error:
        return _failed(f"KMTalk failed: {type(error).__name__}: {error}", 1)
    return 0


def _failed(message: str, code: int) -> int:
    # InputError turns the message into one printable line.
    click.echo(f"Error: {InputError(message)}", err=True)
    return code


def setting_options(settings: dict[str, Setting]) -> Callable[[Callable], Callable]:
    """Decorator that adds one command line option for each of the schema's settings."""

    def with_options(command: Callable) -> Callable:
        for setting in reversed(settings.values()):
            shown = setting.default is not None
            if setting.kind == "switch":
                flag = f"--{setting.name}/--no-{setting.name}"
                option = click.option(flag, default=setting.default, show_default=shown, help=setting.help)
            else:
                kind = OPTION_TYPES[setting.kind]
                option = click.option(
                    f"--{setting.name}", type=kind, default=setting.default, show_default=shown, help=setting.help
                )
            command = option(command)
        return command

    return with_options
