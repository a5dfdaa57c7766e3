"""Groups of shape keys: jaw and lips for speech, face for expression."""

from ..character.shape_map import ShapeMap

__all__ = ["FACE", "JAW", "LIPS", "groups_of"]

JAW = "Jaw"
LIPS = "Lips"
FACE = "Face"
# Prefixes of the channels of expression; all other channels of the mouth are speech.
EXPRESSION = ("mouthSmile", "mouthFrown", "brow", "eye", "cheekSquint", "nose")


def groups_of(mapping: ShapeMap) -> dict[str, str]:
    """Shape key -> JAW, LIPS or FACE, by the channels that move it."""
    groups = {}
    for row, shape in enumerate(mapping.shapes):
        of = {_group(channel) for column, channel in enumerate(mapping.channels) if mapping.matrix[row, column]}
        groups[shape] = next((group for group in (JAW, LIPS) if group in of), FACE)
    return groups


def _group(channel: str) -> str:
    if channel.startswith("jaw"):
        return JAW
    return FACE if channel.startswith(EXPRESSION) else LIPS
