"""Values between the rows of a table that has a fixed number of rows a second."""

import numpy as np

__all__ = ["rows_at"]


def rows_at(rows: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(T, ...) values of rows (N, ...), N at least 1, at places (T,) in [0, N - 1], straight from one row to the next.

    Of the type of the rows.
    """
    low = np.minimum(places.astype(int), max(len(rows) - 2, 0))
    high = np.minimum(low + 1, len(rows) - 1)
    share = (places - low).reshape(-1, *[1] * (rows.ndim - 1)).astype(rows.dtype)
    return rows[low] * (1 - share) + rows[high] * share
