"""The sizes that docs name are those that buttons and messages name."""

from pathlib import Path

import pytest

from tests.extension import extension_module

TREE = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("file", "names"),
    [("README.md", ["ZIP_MB"]), ("docs/install.md", ["ZIP_MB", "PACKAGES_MB", "DOWNLOAD_MB", "DISK_MB"])],
)
def test_docs_name_the_sizes_of_the_buttons(file, names):
    figures, text = extension_module("runtime.figures"), (TREE / file).read_text(encoding="utf-8")
    assert [name for name in names if f"{getattr(figures, name)} MB" not in text] == []
