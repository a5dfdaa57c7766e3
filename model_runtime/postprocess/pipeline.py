"""The post-processing rules, in the order in which they change a motion.

Each rule takes a motion and the context and returns a motion; each architecture names its tuple of rules. The order:
mouth shapes of single phones; silences; contacts, which no later rule may open; gains and smoothing by the user; and
last the rules that hold at any setting of the user.
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
from model_runtime.postprocess.rest import rest_in_silences
from model_runtime.postprocess.rounding_and_tuck import round_and_tuck
from model_runtime.postprocess.silent_gaps import cross_silent_gaps

__all__ = ["CAPTURE_RULES", "STARTER_RULES", "Rule", "apply_rules"]

# Channels that most rules need.
LIPS = frozenset({"jawOpen", "mouthClose"})


@dataclass(frozen=True)
class Rule:
    """apply: the rule. needs: channels of the motion without which the rule is skipped."""

    apply: Callable[[Motion, Context], Motion]
    needs: frozenset[str] = LIPS


# For the starter, which was trained on landmarks in front view.
STARTER_RULES = (
    Rule(round_and_tuck),
    Rule(open_by_formant),
    Rule(rest_in_silences),
    Rule(cross_silent_gaps),
    Rule(make_contacts),
    Rule(scale, frozenset()),
    Rule(smooth, frozenset()),
    Rule(part_antagonists),
    Rule(hold_pauses),
)
# For models trained on captures or scans, which show protruded lips and separate antagonists.
CAPTURE_RULES = (
    Rule(rest_in_silences),
    Rule(make_contacts),
    Rule(scale, frozenset()),
    Rule(smooth, frozenset()),
    Rule(hold_pauses),
)


def apply_rules(rules: tuple[Rule, ...], motion: Motion, context: Context) -> Motion:
    """Apply the rules in order, except those whose channels the motion lacks."""
    for rule in rules:
        if rule.needs <= set(motion.channels):
            motion = rule.apply(motion, context)
    return motion
