"""Pauses and spectral tilt: the lip aperture between words, and its dependence on the sound's spectrum."""

from dataclasses import replace

import numpy as np
import pytest
from recordings import DATA, needs_data
from scipy.signal import butter, sosfilt

from model_runtime.errors import InputError
from model_runtime.evaluation.lip_scores import lip_curves
from model_runtime.generate import generate, shift_phones
from model_runtime.heads.demo_head import demo_head
from model_runtime.linguistics.align import find_phones
from model_runtime.linguistics.phones import SILENCE, PhoneTrack, Span
from model_runtime.settings import Settings
from model_runtime.speech.audio import SAMPLE_RATE, Waveform, read_audio
from model_runtime.take import Take

CLOSED = 0.03  # lip apertures below this look closed, IOD


def twice(line: tuple[Waveform, PhoneTrack], pause: float, room: float) -> tuple[Waveform, PhoneTrack, Span]:
    """The line's speech, a pause of `pause` seconds, and the speech again, with its phones and the pause's span. room:
    standard deviation of the noise added to all samples."""
    waveform, phones = line
    spoken = [phone for phone in phones.phones if phone.label != SILENCE]
    start, end = spoken[0].start, spoken[-1].end
    inner = [phone for phone in phones.phones if start <= phone.start < end]
    speech = waveform.samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
    silence = Span(SILENCE, end - start, end - start + pause)
    later = silence.end - start
    spans = [
        *(replace(phone, start=phone.start - start, end=phone.end - start) for phone in inner),
        silence,
        *(replace(phone, start=phone.start + later, end=phone.end + later) for phone in inner),
    ]
    gap = np.zeros(round(pause * SAMPLE_RATE))
    samples = np.concatenate([speech, gap, speech])
    samples += room * np.random.default_rng(0).normal(size=len(samples))
    return Waveform(samples.astype(np.float32)), PhoneTrack(tuple(spans)), silence


def gap_in(take: Take, span: Span) -> np.ndarray:
    """Lip aperture in the middle half of a span, IOD."""
    quarter = (span.end - span.start) / 4
    inside = (take.times > span.start + quarter) & (take.times < span.end - quarter)
    return lip_curves(take, demo_head())[0][inside]


@pytest.mark.weights
def test_lips_stay_parted_in_a_short_pause_and_close_in_a_long_one(line, model):
    for pause, parted in ((0.5, True), (3.5, False)):
        waveform, phones, silence = twice(line, pause, room=4e-3)
        gap = gap_in(generate(waveform, phones, Settings(), model), silence)
        assert (gap.min() > 0.1) if parted else (gap.max() < CLOSED), pause


@pytest.mark.weights
def test_breath_between_open_lips_opens_them_in_a_pause(line, model):
    """The same pause with two breaths: bright noise, as through open lips, and dull noise, as through the nose."""
    waveform, phones, silence = twice(line, 0.8, room=1e-3)
    inside = slice(round(silence.start * SAMPLE_RATE), round(silence.end * SAMPLE_RATE))
    noise = np.random.default_rng(1).normal(size=len(waveform.samples[inside]))
    gaps = []
    for low, high in ((900, 3500), (80, 500)):
        breath = sosfilt(butter(2, (low, high), "bandpass", fs=SAMPLE_RATE, output="sos"), noise)
        samples = waveform.samples.copy()
        samples[inside] += (0.02 * breath / breath.std()).astype(np.float32)
        gaps.append(gap_in(generate(Waveform(samples), phones, Settings(), model), silence).mean())
    bright, dull = gaps
    assert 1.3 * dull < bright < 0.4


@pytest.mark.weights
def test_lines_joined_by_digital_silence_each_end_at_rest(line, model):
    for room, parted in ((4e-3, True), (0.0, False)):
        waveform, phones, silence = twice(line, 0.95, room)
        gap = gap_in(generate(waveform, phones, Settings(), model), silence)
        assert (gap.min() > 2 * CLOSED) if parted else (gap.min() < CLOSED), room


@pytest.mark.weights
def test_a_duller_voice_opens_its_lips_less(line, model):
    waveform, phones = line
    half = round(waveform.duration / 2 * SAMPLE_RATE)
    dull = waveform.samples.copy()
    dull[half:] = sosfilt(butter(2, 600, fs=SAMPLE_RATE, output="sos"), dull[half:])
    bright, dulled = (
        lip_curves(generate(sound, phones, Settings(fps=25), model), demo_head())[0]
        for sound in (waveform, Waveform(dull.astype(np.float32)))
    )
    later = np.arange(len(bright)) / 25 > waveform.duration / 2
    assert dulled[later].mean() < 0.9 * bright[later].mean()


def test_where_the_sound_stops_lips_take_the_straight_way(line, model):
    """The line is synthetic: between its words, and after the last one has faded, it is digital silence."""
    waveform, phones = line
    take = generate(waveform, phones, Settings(fps=100), model)
    gap = lip_curves(take, demo_head())[0]
    silences = [phone for phone in phones.phones if phone.label == SILENCE and phone.start > 0]
    assert len(silences) > 2
    for silence in silences:
        inside = (take.times > silence.start) & (take.times < silence.end)
        ends = np.interp((silence.start, silence.end), take.times, gap)
        assert gap[inside].max() < ends.max() + 0.01


@pytest.mark.weights
def test_a_word_that_nobody_wrote_down_moves_the_lips_in_a_clean_silence(line, model):
    waveform, phones, silence = twice(line, 3.0, room=0.0)
    words = line[0].samples[round(0.9 * SAMPLE_RATE) : round(1.8 * SAMPLE_RATE)]
    begin = silence.start + 1.0
    samples = waveform.samples.copy()
    samples[round(begin * SAMPLE_RATE) :][: len(words)] = words
    take = generate(Waveform(samples), phones, Settings(), model)
    inside = (take.times > begin + 0.1) & (take.times < begin + 0.8)
    assert lip_curves(take, demo_head())[0][inside].max() > 5 * CLOSED


@pytest.fixture(scope="module")
def breathed(line, model):
    """The line twice, with a bright, loud breath in the pause between: its phones, the pause's span, and a function
    from settings to its take."""
    waveform, phones, silence = twice(line, 0.8, room=1e-3)
    inside = slice(round(silence.start * SAMPLE_RATE), round(silence.end * SAMPLE_RATE))
    samples = waveform.samples.copy()
    noise = np.random.default_rng(1).normal(size=len(samples[inside]))
    breath = sosfilt(butter(2, (900, 3500), "bandpass", fs=SAMPLE_RATE, output="sos"), noise)
    samples[inside] += (0.05 * breath / breath.std()).astype(np.float32)
    sound = Waveform(samples)
    features = model.extract_features(sound)

    def take(**chosen: object) -> Take:
        return generate(sound, phones, Settings(**chosen), model, features=features)

    return phones, silence, take


def opening(take: Take) -> np.ndarray:
    """(T,) jawOpen minus mouthClose."""
    return take.weights[:, take.channels.index("jawOpen")] - take.weights[:, take.channels.index("mouthClose")]


def in_silence(take: Take) -> np.ndarray:
    """(T,) bool: whether a frame is in a silence of the take's phones."""
    inside = np.zeros(len(take.weights), bool)
    for phone in take.phones.phones:
        if phone.label == SILENCE:
            inside |= (take.times >= phone.start) & (take.times < phone.end)
    return inside


def widest_against_speech(take: Take) -> float:
    """95th percentile of the opening in pauses, divided by that in speech; the larger ratio of jaw and lips."""
    pause = np.zeros(len(take.weights), bool)
    for phone in take.phones.phones:
        if phone.label == SILENCE and phone.start > 0 and phone.end < take.phones.duration:
            pause |= (take.times >= phone.start) & (take.times < phone.end)
    curves = (opening(take), lip_curves(take, demo_head())[0])
    return max(float(np.percentile(c[pause], 95) / np.percentile(c[~in_silence(take)], 95)) for c in curves)


@pytest.mark.parametrize(
    "chosen",
    [
        {"fps": 24},
        {"fps": 60},
        {"jaw": 2.0},
        {"lips": 2.0},
        {"style": "clear"},
        {"style": "mumbled"},
        {"smoothing": 1.0},
    ],
)
def test_a_pause_is_no_wider_than_speech(chosen, breathed):
    take = breathed[2]
    assert widest_against_speech(take(**chosen)) < 1.0


@needs_data
@pytest.mark.parametrize("clip", ["phones/mfa_cold_corpus3", "people/obama/wk_townhalls"])
def test_a_pause_of_people_is_no_wider_than_their_speech(clip, model):
    waveform = read_audio(DATA / f"{clip}.flac")
    assert widest_against_speech(generate(waveform, find_phones(waveform), Settings(fps=25), model)) < 1.0


def test_pauses_close_as_far_as_one_wants(breathed):
    _, silence, take = breathed
    takes = [take(pauses=pauses) for pauses in (0.0, 0.5, 1.0)]
    closed, half, heard = (gap_in(each, silence).mean() for each in takes)
    assert closed < CLOSED
    assert half == pytest.approx(heard / 2, abs=0.01)
    speech = ~in_silence(takes[0])
    np.testing.assert_allclose(takes[0].weights[speech], takes[2].weights[speech], atol=1e-6)


@pytest.mark.weights
def test_what_is_spoken_where_phones_are_doubtful_is_not_closed(line, model):
    """With unreliable phones, a silence can be speech that the recogniser missed, such as words of another language."""
    waveform, phones = line
    spoken = [phone for phone in phones.phones if phone.label != SILENCE]
    cut = next(phone.end for phone in spoken if phone.end > spoken[-1].end - 1.5)
    kept = [phone for phone in phones.phones if phone.end <= cut]
    doubtful = PhoneTrack((*kept, Span(SILENCE, kept[-1].end, phones.duration)), unreliable=True)
    gaps = [
        lip_curves(generate(waveform, doubtful, Settings(pauses=pauses, fps=25), model), demo_head())[0]
        for pauses in (1.0, 0.0)
    ]
    times = np.arange(len(gaps[0])) / 25
    missing = (times > cut + 0.3) & (times < spoken[-1].end - 0.1)
    assert gaps[1][missing].std() > 0.7 * gaps[0][missing].std()


@pytest.mark.parametrize("value", [-0.1, 1.5, float("nan")])
def test_pauses_beyond_closed_and_as_heard_are_refused(value):
    with pytest.raises(InputError, match="pauses is"):
        Settings(pauses=value)


@pytest.mark.parametrize("chosen", [{}, {"fps": 60, "style": "clear"}, {"smoothing": 1.0}, {"lead": 0.1}])
def test_no_two_channels_work_against_each_other(chosen, breathed):
    phones, _, make = breathed
    take = make(**chosen)
    columns = dict(zip(take.channels, take.weights.T, strict=True))
    for side in ("Left", "Right"):
        assert np.minimum(columns[f"mouthSmile{side}"], columns[f"mouthFrown{side}"]).max() < 1e-6
    silence = in_silence(replace(take, phones=shift_phones(phones, chosen.get("lead", 0.0))))
    rising = (np.diff(columns["jawOpen"]) > 1e-3) & (np.diff(columns["mouthClose"]) > 1e-3)
    assert not (rising & silence[1:]).any()
    assert np.minimum(columns["jawOpen"], columns["mouthClose"])[silence].max() < 0.01
