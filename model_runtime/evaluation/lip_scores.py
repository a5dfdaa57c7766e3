"""Score takes against recorded faces: how well the lips on our head move as the speaker's did."""

from dataclasses import dataclass, fields

import numpy as np
from scipy.signal import periodogram

from model_runtime.datasets.landmark_tracks import LandmarkTrack
from model_runtime.heads.head import Head
from model_runtime.linguistics.phones import BILABIALS, LABIODENTALS, PHONES, SILENCE, PhoneTrack
from model_runtime.take import Take

__all__ = ["TrackScore", "lip_curves", "mean_score", "score_track"]

# Inner-lip gaps under this read as closed, IOD; under the other, the lower lip is at the teeth.
CLOSED, AT_TEETH = 0.03, 0.06
# A contact counts from this long before the sound to this long after it, seconds.
BEFORE, AFTER = 0.04, 0.02
# Silence is deep this far from any sound, seconds.
DEEP = 0.75
LAGS = np.arange(-250, 251, 10) / 1000


@dataclass(frozen=True)
class TrackScore:
    """One clip, or the mean of many. Shares are in [0, 1]; nan where a clip has nothing to count.

    r_gap, r_width: Pearson correlation at zero lag of the lip gap and of the mouth's width. best, lag: highest gap
    correlation and where (ms, positive: the take is late). amplitude: ratio of the gap's standard deviations, take to
    recording, each in its own IOD. closures: share of P B M during which the lips close. teeth: share of F V at which
    the lower lip comes to the teeth. speed: 95th percentile of the gap's speed, IOD/s. above_5hz: share of the gap's
    power. closed_silence: share of silent frames that are closed. silence_speed: RMS speed deep in silence (0.75 s and
    more from any sound, where nothing is anticipated any more) over that in speech.
    """

    r_gap: float
    r_width: float
    best: float
    lag: float
    amplitude: float
    closures: float
    teeth: float
    speed: float
    above_5hz: float
    closed_silence: float
    silence_speed: float


def lip_curves(take: Take, head: Head) -> tuple[np.ndarray, np.ndarray]:
    """Gap and width (T,) in IOD of a take on a head; channels that the head lacks move nothing."""
    shared = [name for name in take.channels if name in head.channels]
    weights = take.weights[:, [take.channels.index(name) for name in shared]]
    deltas = head.deltas[[head.channels.index(name) for name in shared]]

    def path(name: str) -> np.ndarray:
        vertex = head.landmarks[name]
        return head.vertices[vertex] + weights @ deltas[:, vertex]

    gap = np.linalg.norm(path("upper_lip_inner") - path("lower_lip_inner"), axis=1)
    width = np.linalg.norm(path("mouth_left") - path("mouth_right"), axis=1)
    return gap / head.eye_distance, width / head.eye_distance


def score_track(take: Take, head: Head, track: LandmarkTrack, said: PhoneTrack) -> TrackScore:
    """Compare a take on `head` with the recorded face. said: the phones by which contacts are counted."""
    gap, width = lip_curves(take, head)
    times, recorded = take.times, np.arange(len(track.xy)) / track.fps

    def correlation(curve: np.ndarray, truth: np.ndarray, lag: float) -> float:
        return float(np.corrcoef(np.interp(recorded + lag, times, curve), truth)[0, 1])

    by_lag = [correlation(gap, track.gap, lag) for lag in LAGS]
    speed = np.gradient(gap, times)
    frequency, power = periodogram(gap - gap.mean(), take.fps)
    silent = _during(times, said, (SILENCE,), 0.0, 0.0)
    sounds = tuple(label for label in PHONES if label != SILENCE)
    deep = ~_during(times, said, sounds, DEEP, DEEP)
    return TrackScore(
        r_gap=correlation(gap, track.gap, 0.0),
        r_width=correlation(width, track.width, 0.0),
        best=max(by_lag),
        lag=float(LAGS[int(np.argmax(by_lag))] * 1000),
        amplitude=float(np.interp(recorded, times, gap).std() / track.gap.std()),
        closures=_reached(times, gap, said, BILABIALS, CLOSED),
        teeth=_reached(times, gap, said, LABIODENTALS, AT_TEETH),
        speed=float(np.percentile(np.abs(speed), 95)),
        above_5hz=float(power[frequency > 5].sum() / max(power.sum(), 1e-12)),
        closed_silence=float((gap[silent] < CLOSED).mean()) if silent.any() else float("nan"),
        silence_speed=_rms(speed[deep]) / max(_rms(speed[~silent]), 1e-9) if deep.any() else float("nan"),
    )


def mean_score(scores: list[TrackScore]) -> TrackScore:
    """Mean of each figure over the clips that have it."""
    table = {field.name: [getattr(score, field.name) for score in scores] for field in fields(TrackScore)}
    return TrackScore(
        **{name: float(np.nanmean(v)) if np.isfinite(v).any() else float("nan") for name, v in table.items()}
    )


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2))) if len(values) else 0.0


def _during(times: np.ndarray, said: PhoneTrack, labels: tuple[str, ...], before: float, after: float) -> np.ndarray:
    found = np.zeros(len(times), bool)
    for phone in said.phones:
        if phone.label in labels:
            found |= (times >= phone.start - before) & (times <= phone.end + after)
    return found


def _reached(times: np.ndarray, gap: np.ndarray, said: PhoneTrack, labels: tuple[str, ...], limit: float) -> float:
    fine = np.arange(times[0], times[-1], 0.005)
    curve = np.interp(fine, times, gap)
    lows = [
        curve[(fine >= phone.start - BEFORE) & (fine <= phone.end + AFTER)].min(initial=np.inf)
        for phone in said.phones
        if phone.label in labels
    ]
    return float(np.mean([low < limit for low in lows])) if lows else float("nan")
