"""The quality score by rules: needs no network, and gives the same for the same conversation."""

from __future__ import annotations

from backoffice.insights.dialogue import Dialogue
from backoffice.insights.quality.components import COMPONENTS
from backoffice.insights.quality.receipt import Receipt

SCORER = "rules"
# Raised with every change of a component, its weight or its value.
RULES_VERSION = 1


def score(dialogue: Dialogue) -> Receipt | None:
    """The receipt of a conversation; None when the visitor said nothing there is to answer."""
    if not any(turn.is_request for turn in dialogue.turns):
        return None
    components = [component(dialogue) for component in COMPONENTS]
    return Receipt(SCORER, RULES_VERSION, tuple(c for c in components if c is not None))
