"""The limits in both packages agree with docs/limits.md and with each other."""

import re
import types

import pytest
from recordings import TREE

from model_runtime import limits
from model_runtime.errors import InputError
from tests.extension import extension_module

ROW = re.compile(r"^\|[^|]*\| ([\d.,]+)(?: to ([\d.,]+))? ?([A-Za-z]*)[^|]*\| `([A-Z_]+)` \|$", re.MULTILINE)
UNITS = {"MiB": 1 << 20, "hours": 3600}
# Constants of the limits modules that are units or no limits.
APART = ("MIB", "ANY_SIZE", "SENTENCE_LETTERS")


def values(module: types.ModuleType) -> dict[str, object]:
    return {name: value for name, value in vars(module).items() if name.isupper() and name not in APART}


def test_the_documents_name_every_ceiling():
    documented = {}
    for first, last, unit, name in ROW.findall((TREE / "docs" / "limits.md").read_text(encoding="utf-8")):
        numbers = [float(number.replace(",", "")) * UNITS.get(unit, 1) for number in (first, last) if number]
        documented[name] = tuple(numbers) if last else numbers[0]
    assert documented == values(extension_module("limits")) | values(limits)


def test_both_sides_have_the_same_ceilings():
    runtime, extension = values(limits), values(extension_module("limits"))
    shared = set(runtime) & set(extension)
    assert len(shared) > 10
    assert {name: runtime[name] for name in shared} == {name: extension[name] for name in shared}


@pytest.mark.parametrize("message", ["a" * 100_000, "a\nb\tc\x1b[31m\0", "\ud800", "  much   space  "])
def test_a_sentence_is_one_printable_line(message):
    text = str(InputError(message))
    assert text.isprintable()
    assert len(text) <= limits.SENTENCE_LETTERS
