"""Scores of takes against recorded faces: motion of the lips on our head and of the speaker's lips."""

from dataclasses import dataclass, fields

import numpy as np
from scipy.signal import periodogram

from model_runtime.datasets.landmark_tracks import LandmarkTrack
from model_runtime.evaluation.closures import CLOSED_IOD, closure_scores, closures
from model_runtime.heads.head import Head
from model_runtime.linguistics.phones import BILABIALS, LABIODENTALS, PHONES, SILENCE, PhoneTrack
from model_runtime.take import Take

__all__ = ["TrackScore", "lip_curves", "mean_score", "score_track"]

# Inner-lip gap below which the lower lip counts as touching the teeth, IOD.
AT_TEETH_IOD = 0.06
# A contact counts from this time before the start of its phone, s,
BEFORE_S = 0.04
# to this time after the phone's end, s.
AFTER_S = 0.02
# Least distance of deep silence from any phone, s.
DEEP_S = 0.75
# Lags of the gap correlation, s.
LAGS = np.arange(-250, 251, 10) / 1000
# Frames of the recording from which on a stretch of it has a correlation.
FEWEST_FRAMES = 5
# Weight above which a channel counts as on, where antagonists are counted.
ON = 0.05


@dataclass(frozen=True)
class TrackScore:
    """Scores of one clip, or means over clips; nan where they are not defined.

    r_gap, r_width: Pearson r at lag 0 of the lip gap and of the mouth's width.
    best: highest Pearson r of the gap over all lags.
    lag: its lag, ms, positive when the take is late.
    amplitude: standard deviation of the take's gap over that of the recording's, each in its own IOD.
    closures: share of P, B and M in which the lips close.
    teeth: share of F and V in which the lower lip touches the teeth.
    speed: 95th percentile of the gap's speed, IOD/s.
    above_5hz: share of the gap's power above 5 Hz.
    closed_silence: share of the silent frames with closed lips.
    silence_speed: RMS speed of the gap in deep silence (0.75 s or more from any phone) over that in speech.
    p95_ratio, p99_ratio: 95th and 99th percentile of the take's gap over those of the recording's.
    speed_ratio: 95th percentile of the gap's speed over the recording's.
    r_before, rms_before: Pearson r at lag 0 and root mean square error (IOD) of the gap before the first word.
    r_speech, rms_speech: the same from the start of the first word to the end of the last.
    closure_precision, closure_recall, closure_f1: closures of the take against those of the recorded face, whatever
        is said (`evaluation.closures`).
    smile_frown: share of frames in which mouthSmile and mouthFrown of one side are both above .05.
    jaw_close: share of frames in which jawOpen and mouthClose are both above .05.
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
    p95_ratio: float
    p99_ratio: float
    speed_ratio: float
    r_before: float
    rms_before: float
    r_speech: float
    rms_speech: float
    closure_precision: float
    closure_recall: float
    closure_f1: float
    smile_frown: float
    jaw_close: float


def lip_curves(take: Take, head: Head) -> tuple[np.ndarray, np.ndarray]:
    """Lip gap and mouth width (T,) of a take on a head, IOD; channels that the head lacks are left out."""
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
    """Scores of a take on `head` against a recorded face. said: the phones whose contacts are counted."""
    gap, width = lip_curves(take, head)
    times, recorded = take.times, np.arange(len(track.gap)) / track.fps

    def correlation(curve: np.ndarray, truth: np.ndarray, lag: float) -> float:
        return float(np.corrcoef(np.interp(recorded + lag, times, curve), truth)[0, 1])

    by_lag = [correlation(gap, track.gap, lag) for lag in LAGS]
    speed = np.gradient(gap, times)
    frequency, power = periodogram(gap - gap.mean(), take.fps)
    silent = _during(times, said, (SILENCE,), 0.0, 0.0)
    sounds = tuple(label for label in PHONES if label != SILENCE)
    deep = ~_during(times, said, sounds, DEEP_S, DEEP_S)
    spoken = [phone for phone in said.phones if phone.label != SILENCE]
    first, last = (spoken[0].start, spoken[-1].end) if spoken else (np.inf, np.inf)
    shown = np.interp(recorded, times, gap)
    before, speech = (_agreement(shown[part], track.gap[part]) for part in _parts(recorded, first, last))
    precision, recall, f1 = closure_scores(closures(recorded, shown), closures(recorded, track.gap))
    return TrackScore(
        r_gap=correlation(gap, track.gap, 0.0),
        r_width=correlation(width, track.width, 0.0),
        best=max(by_lag),
        lag=float(LAGS[int(np.argmax(by_lag))] * 1000),
        amplitude=float(np.interp(recorded, times, gap).std() / track.gap.std()),
        closures=_reached(times, gap, said, BILABIALS, CLOSED_IOD),
        teeth=_reached(times, gap, said, LABIODENTALS, AT_TEETH_IOD),
        speed=float(np.percentile(np.abs(speed), 95)),
        above_5hz=float(power[frequency > 5].sum() / max(power.sum(), 1e-12)),
        closed_silence=float((gap[silent] < CLOSED_IOD).mean()) if silent.any() else float("nan"),
        silence_speed=_rms(speed[deep]) / max(_rms(speed[~silent]), 1e-9) if deep.any() else float("nan"),
        p95_ratio=_percentile_ratio(shown, track.gap, 95),
        p99_ratio=_percentile_ratio(shown, track.gap, 99),
        speed_ratio=_percentile_ratio(_speeds(shown, track.fps), _speeds(track.gap, track.fps), 95),
        r_before=before[0],
        rms_before=before[1],
        r_speech=speech[0],
        rms_speech=speech[1],
        closure_precision=precision,
        closure_recall=recall,
        closure_f1=f1,
        smile_frown=max(_both_on(take, f"mouthSmile{side}", f"mouthFrown{side}") for side in ("Left", "Right")),
        jaw_close=_both_on(take, "jawOpen", "mouthClose"),
    )


def mean_score(scores: list[TrackScore]) -> TrackScore:
    """Mean of each score over the clips in which it is defined."""
    table = {field.name: [getattr(score, field.name) for score in scores] for field in fields(TrackScore)}
    return TrackScore(
        **{name: float(np.nanmean(v)) if np.isfinite(v).any() else float("nan") for name, v in table.items()}
    )


def _parts(times: np.ndarray, first: float, last: float) -> tuple[np.ndarray, np.ndarray]:
    """(T,) bool: times before the first word, and from it to the end of the last one."""
    return times < first, (times >= first) & (times <= last)


def _agreement(curve: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Pearson r and RMS error of two curves; nan with few frames, r also where one of them stands still."""
    if len(truth) < FEWEST_FRAMES:
        return float("nan"), float("nan")
    moves = curve.std() > 0 and truth.std() > 0
    return (float(np.corrcoef(curve, truth)[0, 1]) if moves else float("nan")), _rms(curve - truth)


def _percentile_ratio(curve: np.ndarray, truth: np.ndarray, percent: float) -> float:
    """Percentile of a curve over that of the truth; nan where that is 0."""
    face = float(np.percentile(truth, percent))
    return float(np.percentile(curve, percent)) / face if face > 0 else float("nan")


def _speeds(curve: np.ndarray, fps: float) -> np.ndarray:
    """(T,) speed of a curve at a frame rate, in its unit a second."""
    return np.abs(np.gradient(curve, 1 / fps))


def _both_on(take: Take, first: str, second: str) -> float:
    """Share of the frames in which both channels are on; nan where the take lacks one."""
    if first not in take.channels or second not in take.channels:
        return float("nan")
    pair = take.weights[:, [take.channels.index(first), take.channels.index(second)]]
    return float((pair > ON).all(axis=1).mean())


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
        curve[(fine >= phone.start - BEFORE_S) & (fine <= phone.end + AFTER_S)].min(initial=np.inf)
        for phone in said.phones
        if phone.label in labels
    ]
    return float(np.mean([low < limit for low in lows])) if lows else float("nan")
