"""The rules on top of the networks, in the order in which a motion goes through them.

Each rule takes a motion and the context and gives a motion; an architecture names its tuple of them. A rule stands
where the next ones can judge what it made: the shape of single sounds first, then silences, then contacts, which
nothing may open again; then what the user asks for; and last what holds whatever the user asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass

from model_runtime.postprocess.antagonists import part_antagonists
from model_runtime.postprocess.context import Context
from model_runtime.postprocess.formant_opening import open_by_formant
from model_runtime.postprocess.gains import scale, smooth
from model_runtime.postprocess.lip_contacts import make_contacts
from model_runtime.postprocess.motion import Motion
from model_runtime.postprocess.pause_opening import hold_pauses
from model_runtime.postprocess.pauses import open_in_pauses
from model_runtime.postprocess.rest import rest_in_silences
from model_runtime.postprocess.rounding_and_tongue import round_and_tuck
from model_runtime.postprocess.silent_gaps import cross_silent_gaps

__all__ = ["CAPTURE_RULES", "STARTER_RULES", "Rule", "apply_rules"]

LIPS = frozenset({"jawOpen", "mouthClose"})


@dataclass(frozen=True)
class Rule:
    """apply: the rule. needs: channels without which it is passed over."""

    apply: Callable[[Motion, Context], Motion]
    needs: frozenset[str] = LIPS


# The starter learned from landmarks of faces that are seen from the front.
STARTER_RULES = (
    Rule(round_and_tuck),
    Rule(open_by_formant),
    Rule(rest_in_silences),
    Rule(open_in_pauses),
    Rule(cross_silent_gaps),
    Rule(make_contacts),
    Rule(scale, frozenset()),
    Rule(smooth, frozenset()),
    Rule(part_antagonists),
    Rule(hold_pauses),
)
# Models of captures or scans have seen the lips come forward, and antagonists apart.
CAPTURE_RULES = (
    Rule(rest_in_silences),
    Rule(make_contacts),
    Rule(scale, frozenset()),
    Rule(smooth, frozenset()),
    Rule(hold_pauses),
)


def apply_rules(rules: tuple[Rule, ...], motion: Motion, context: Context) -> Motion:
    """The motion after all rules whose channels it has, in order."""
    for rule in rules:
        if rule.needs <= set(motion.channels):
            motion = rule.apply(motion, context)
    return motion
