"""Closures of the lips in two curves of the gap: those of a take against those of the recorded face."""

import numpy as np

__all__ = ["CLOSED_IOD", "TOLERANCE_S", "closure_scores", "closures"]

# Inner-lip gap below which lips count as closed, IOD: what the tracked landmarks of closed lips read at most.
CLOSED_IOD = 0.03
# Two closures match when they are no farther apart than this, s: two frames at 25 a second, as a tracker's frame and
# the exposure of the camera are each uncertain by one.
TOLERANCE_S = 0.08
# A parting of the lips that is shorter than this is noise of the landmarks: the closure goes on, s.
PARTED_S = 0.05


def closures(times: np.ndarray, gap: np.ndarray) -> list[tuple[float, float]]:
    """First and last time, s, of each stretch with closed lips; gap (T,) IOD at times (T,) s, evenly spaced."""
    shut = np.flatnonzero(gap < CLOSED_IOD)
    if not len(shut):
        return []
    step = float(times[1] - times[0]) if len(times) > 1 else 0.0
    apart = np.flatnonzero((np.diff(shut) - 1) * step >= PARTED_S)
    firsts, lasts = shut[np.r_[0, apart + 1]], shut[np.r_[apart, len(shut) - 1]]
    return [(float(times[first]), float(times[last])) for first, last in zip(firsts, lasts, strict=True)]


def closure_scores(take: list[tuple[float, float]], face: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Precision, recall and F1 of a take's closures against the face's.

    A closure of one matches at most one of the other, in order of time, when they overlap or lie within TOLERANCE_S.
    Precision: share of the take's closures that match; recall: share of the face's. nan without any; F1 is nan when
    neither has one, and 0 when only one of them has.
    """
    matched = mine = theirs = 0
    while mine < len(take) and theirs < len(face):
        ours, others = take[mine], face[theirs]
        if ours[0] - others[1] <= TOLERANCE_S and others[0] - ours[1] <= TOLERANCE_S:
            matched, mine, theirs = matched + 1, mine + 1, theirs + 1
        elif ours[1] < others[1]:
            mine += 1
        else:
            theirs += 1
    both = len(take) + len(face)
    return (
        matched / len(take) if take else float("nan"),
        matched / len(face) if face else float("nan"),
        2 * matched / both if both else float("nan"),
    )
