"""Dated rule sets evaluated with a trace, side by side, and the schedule of what is checked when."""

from osteocast.guidance.evaluate import Hinge, Step, Verdict, evaluate
from osteocast.guidance.expected import Outlook, Start, outlook
from osteocast.guidance.facts import FACTS, Facts, facts_of
from osteocast.guidance.guide import guide
from osteocast.guidance.records import ADVICE, PROTECT, RuleSet
from osteocast.guidance.rule_sets import rule_sets
from osteocast.guidance.treatment import Treatment, treatment
from osteocast.guidance.visits import entries, plan_of_visits

__all__ = [
    "ADVICE", "FACTS", "PROTECT", "Facts", "Hinge", "Outlook", "RuleSet", "Start", "Step", "Treatment", "Verdict",
    "entries", "evaluate", "facts_of", "guide", "outlook", "plan_of_visits", "rule_sets", "treatment",
]  # fmt: skip
