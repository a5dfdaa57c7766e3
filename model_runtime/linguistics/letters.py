"""Characters of written text: which of them make words, in any script."""

import re
import unicodedata

__all__ = ["LETTER", "UNSPACED", "shape"]

# Stands for a letter, a mark or a digit.
LETTER = "x"
# Runs in scripts that are written without spaces, and how many characters of them are read as a word.
UNSPACED = re.compile(
    r"[\u3040-\u30ff\u31f0-\u31ffー]+|[\u3400-\u9fff\uf900-\ufaff]|[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"
)


def shape(character: str) -> str:
    """LETTER for a letter, a mark or a digit; any other character as it is."""
    return LETTER if unicodedata.category(character)[0] in "LMN" else character
