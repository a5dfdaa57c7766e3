"""Sizes and times of the movements of head, eyes, lids and brows, each with unit and source.

The recordings that the model learned from show lids: GRID speaker s1 (941 clips of the train split, CC BY 4.0) and the
White House address (public domain) at 25 and 30 frames a second. Their head pose is removed, so all that concerns head
and gaze is from literature. "Our choice" means within the ranges that the literature names, chosen by eye.
"""

from dataclasses import dataclass

__all__ = ["BreathConfig", "BrowConfig", "GazeConfig", "HeadConfig", "LidConfig"]


@dataclass(frozen=True)
class HeadConfig:
    """Degrees as (nod, turn, tilt)."""

    # Degrees, standard deviation of the slow sway while speaking: head motion in speech lies below 7 Hz, most of it
    # below 2 Hz, a few degrees wide (Hadar, Steiner, Grant, Rose 1983; Busso et al. 2007). Sizes: our choice.
    sway_deg: tuple[float, float, float] = (0.7, 1.2, 0.8)
    # s between the independent values of the sway.
    sway_s: float = 0.8
    # The sway in silence, by that in speech: the head moves less when one does not speak (Hadar et al. 1983).
    silent_share: float = 0.45
    # Degrees, standard deviation of the posture that a phrase begins with (Hadar et al. 1983: shifts of posture at
    # the boundaries of phrases). Sizes: our choice.
    posture_deg: tuple[float, float, float] = (1.1, 2.6, 1.7)
    # Share of phrases that begin with one: our choice.
    posture_share: float = 0.7
    # s, shortest and longest shift of posture.
    posture_s: tuple[float, float] = (0.55, 0.95)
    # Degrees down of a nod at an accent: at least, and more for the strongest one (Graf, Cosatto, Strom, Huang 2002:
    # nods of a few degrees go with pitch accents).
    nod_deg: tuple[float, float] = (1.4, 3.0)
    # s from the start of a nod to its lowest point, and back.
    nod_s: tuple[float, float] = (0.24, 0.42)
    # Share of accents that have a nod, and s between two nods at least: our choice.
    nod_share: float = 0.65
    nod_apart_s: float = 0.7
    # Degrees down at the end of a phrase, and its share of phrases; up where the voice rises (Munhall, Jones, Callan,
    # Kuratate, Vatikiotis-Bateson 2004: the head follows pitch).
    final_deg: float = 2.0
    final_share: float = 0.75
    final_s: tuple[float, float] = (0.4, 0.7)
    # Degrees up a semitone of the voice above its median, and degrees at most (Munhall et al. 2004). Size: our choice.
    pitch_deg: float = 0.1
    pitch_most_deg: float = 0.7
    # s in which the motion begins after the start of a take, and ends before its end.
    start_s: float = 0.4
    end_s: float = 0.6


@dataclass(frozen=True)
class GazeConfig:
    """Gaze: while speaking, eyes hold on what they look at, and leave it for short times."""

    # s, means of looking there and looking away while speaking (Lee, Badler, Badler 2002).
    hold_s: float = 3.1
    away_s: float = 0.93
    # s, shortest look away.
    away_least_s: float = 0.45
    # Share of phrases that begin with a look away; it ends before the phrase does (Kendon 1967).
    away_at_start: float = 0.45
    # Degrees, scale and bounds of looks away (Lee et al. 2002: exponential with mean 6.9).
    away_deg: float = 6.9
    away_bounds_deg: tuple[float, float] = (4.0, 13.0)
    # Vertical part of a look away, by its horizontal part (sideways and down are most frequent in Lee et al. 2002).
    vertical_share: float = 0.6
    # Degrees, standard deviation of small saccades between points of what is looked at, and s between them: our choice.
    small_deg: float = 0.7
    small_s: tuple[float, float] = (0.7, 2.2)
    # Duration of a saccade: s at 0 degrees, and s a degree (Carpenter 1988: 21 ms + 2.2 ms a degree).
    saccade_s: float = 0.021
    saccade_s_a_deg: float = 0.0022
    # Share of a look away that the head turns along, and s of that turn. Gaze shifts below 15 to 20 degrees are made
    # by the eyes mainly (Freedman, Sparks 1997).
    head_share: float = 0.25
    head_s: float = 0.4
    # Degrees from the target's direction that the eyes take alone, and the head's share of the rest.
    eyes_alone_deg: float = 12.0
    head_share_beyond: float = 0.75
    # Degrees a second, largest speed of the turn to the target.
    turn_speed: float = 70.0
    # Degrees, limits of eyes in the head: aside, up, down (oculomotor range about 35; Guitton, Volle 1987).
    eyes_aside: float = 35.0
    eyes_up: float = 25.0
    eyes_down: float = 30.0
    # Degrees, limits of the direction that head and eyes reach together; beyond, the last direction is held.
    reach_aside: float = 80.0
    reach_up: float = 50.0
    # Degrees at which the shapes eyeLook* are at 1: our choice.
    look_aside: float = 30.0
    look_up: float = 25.0


@dataclass(frozen=True)
class LidConfig:
    """Blinks."""

    # Blinks a minute: 17 at rest, 26 in conversation, 4.5 reading (Bentivoglio et al. 1997); 21 in the White House
    # address, 19 with an actor (measured).
    rate: float = 17.0
    # s between two blinks at least: our choice.
    apart_s: float = 0.8
    # Shape of the gamma distribution of intervals; larger is more regular: our choice.
    regularity: float = 2.2
    # s around its planned time in which a blink moves to a pause or the end of a phrase, and to a gaze shift (Hoemke,
    # Holler, Levinson 2017: blinks of speakers at the ends of units; Evinger et al. 1994: blinks with gaze shifts).
    drawn_s: float = 1.1
    # s after the start of a pause: earliest and latest.
    in_pause_s: tuple[float, float] = (-0.06, 0.12)
    # s of closing: median 0.12 measured (s1, address); 0.10 to 0.15 in literature.
    closing_s: float = 0.115
    # s that the lid is down.
    shut_s: float = 0.025
    # s of opening: two thirds in a third of it. Median 0.36 to 0.42 measured, to 92 percent open.
    opening_s: float = 0.34


@dataclass(frozen=True)
class BrowConfig:
    """Brows and lower lids on accents."""

    # s that a raise begins before its accent (Flecha-Garcia 2010: 60 ms).
    lead_s: float = 0.06
    # Share of accents with a movement of the brows, and s between two at least (Cave et al. 1996: raises go with
    # rises of pitch, but far from all accents have one). Sizes: our choice.
    share: float = 0.45
    apart_s: float = 1.1
    # Share of these that are frowns: brows down, lower lids up (Ekman 1979: both are batons).
    frowns: float = 0.25
    # Weight of raises: least, and more for the strongest accent.
    raise_weight: tuple[float, float] = (0.14, 0.26)
    # Outer brows by inner ones.
    outer: float = 0.7
    # Weights of a frown: brows down, squint.
    frown_weight: float = 0.22
    squint_weight: float = 0.22
    # s: rise, hold (shortest, longest), fall.
    rise_s: float = 0.18
    hold_s: tuple[float, float] = (0.05, 0.3)
    fall_s: float = 0.4


@dataclass(frozen=True)
class BreathConfig:
    """Breath in pauses: in for about half a second, out during the phrase (Winkworth et al. 1995)."""

    # s of the shortest pause with a breath, and of the longest breath in.
    least_pause_s: float = 0.25
    longest_in_s: float = 0.7
    # Degrees that the head rises, and that the chest turns up, at a full breath: our choice.
    head_deg: float = 0.6
    chest_deg: float = 0.9
    # s of a phrase that needs a full breath.
    full_phrase_s: float = 3.0
