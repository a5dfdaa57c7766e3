"""The skin's topology: a grid round the head, whose holes (eyes, mouth, ears, nostrils) hold rings of quads."""

from dataclasses import dataclass

import numpy as np

__all__ = ["CAGE", "Cage", "Hole", "Rings", "build_cage"]


@dataclass(frozen=True)
class Hole:
    """A rectangular hole of the grid: first and last row and column; number of rings that fill it."""

    rows: tuple[int, int]
    columns: tuple[int, int]
    rings: int

    def border(self) -> list[tuple[int, int]]:
        """(row, column) round the hole, counter-clockwise from the middle of its +column side."""
        (top, bottom), (right, left) = self.rows, self.columns
        middle = (top + bottom) // 2
        return (
            [(row, left) for row in range(middle, top, -1)]
            + [(top, column) for column in range(left, right, -1)]
            + [(row, right) for row in range(top, bottom)]
            + [(bottom, column) for column in range(right, left)]
            + [(row, left) for row in range(bottom, middle, -1)]
        )


@dataclass(frozen=True)
class Cage:
    """The grid. rows: its rows. half: columns of one half. eye, ear, nostril: holes of the left side."""

    rows: int
    half: int
    mouth: Hole
    eye: Hole
    ear: Hole
    nostril: Hole


CAGE = Cage(
    rows=54,
    half=28,
    mouth=Hole((33, 41), (-10, 10), 21),
    eye=Hole((10, 18), (4, 14), 11),
    ear=Hole((13, 29), (18, 20), 14),
    nostril=Hole((29, 31), (2, 6), 6),
)


@dataclass(frozen=True)
class Rings:
    """Vertex indices of the skin.

    grid: (rows, 2 half), column c at index c + half, -1 in holes.
    cap: (half / 2 + 1, half / 2 + 1) crown.
    mouth: (R, N) rings of N vertices; the first ring is the hole's border in the grid.
    eyes, ears, nostrils: such rings of the left and of the right side; index k of one mirrors index k of the other.
    mirror: (V,) mirror twin of each vertex.
    count: V.
    """

    grid: np.ndarray
    cap: np.ndarray
    mouth: np.ndarray
    eyes: tuple[np.ndarray, np.ndarray]
    ears: tuple[np.ndarray, np.ndarray]
    nostrils: tuple[np.ndarray, np.ndarray]
    mirror: np.ndarray
    count: int


def build_cage(cage: Cage) -> Rings:
    """Number the skin's vertices."""
    columns = 2 * cage.half
    grid = np.zeros((cage.rows, columns), dtype=int)
    for hole in (cage.mouth, cage.eye, cage.ear, cage.nostril):
        rows = slice(hole.rows[0] + 1, hole.rows[1])
        inner = np.arange(hole.columns[0] + 1, hole.columns[1])
        grid[rows, inner + cage.half] = -1
        grid[rows, -inner + cage.half] = -1
    grid[grid == 0] = np.arange((grid == 0).sum())
    count = grid.max() + 1

    def number(shape: tuple[int, int]) -> np.ndarray:
        nonlocal count
        indices = np.arange(count, count + shape[0] * shape[1]).reshape(shape)
        count += indices.size
        return indices

    def fill(hole: Hole, side: int) -> np.ndarray:
        first = np.array([grid[row, side * column + cage.half] for row, column in hole.border()])
        return np.vstack([first, number((hole.rings - 1, len(first)))])

    mouth = fill(cage.mouth, 1)
    eyes = (fill(cage.eye, 1), fill(cage.eye, -1))
    ears = (fill(cage.ear, 1), fill(cage.ear, -1))
    nostrils = (fill(cage.nostril, 1), fill(cage.nostril, -1))
    side = cage.half // 2
    cap = np.zeros((side + 1, side + 1), dtype=int)
    cap[1:-1, 1:-1] = number((side - 1, side - 1))
    # The crown is a square grid: row 0 in front, columns from right to left.
    round_front = grid[0, np.arange(-side // 2, side // 2 + 1) + cage.half]
    left = grid[0, np.arange(side // 2, side // 2 + side + 1) + cage.half]
    back = grid[0, (np.arange(side // 2 + side, side // 2 + 2 * side + 1) + cage.half) % columns]
    right = grid[0, np.arange(-side // 2, -side // 2 - side - 1, -1) + cage.half]
    cap[0], cap[:, -1], cap[-1], cap[:, 0] = round_front, left, back[::-1], right

    mirror = np.full(count, -1)
    facing = (-(np.arange(columns) - cage.half) + cage.half) % columns
    present = grid >= 0
    mirror[grid[present]] = grid[:, facing][present]
    mirror[cap] = cap[:, ::-1]
    turned = (mouth.shape[1] // 2 - np.arange(mouth.shape[1])) % mouth.shape[1]
    mirror[mouth] = mouth[:, turned]
    for pair in (eyes, ears, nostrils):
        mirror[pair[0]], mirror[pair[1]] = pair[1], pair[0]
    return Rings(grid, cap, mouth, eyes, ears, nostrils, mirror, count)
