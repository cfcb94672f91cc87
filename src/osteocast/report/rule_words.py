"""The condition of a guideline's line in words, at three reading levels."""

from __future__ import annotations

import re

from osteocast.report.levels import LEVELS, Said, catalogue, fixed, say
from osteocast.report.words import MINUS

COMPARED = {"<": "below", ">": "above", "<=": "at_most", ">=": "at_least", "==": "equal"}
STEP = re.compile(
    r"(?P<name>[a-z]\w*) *(?P<sign><=|>=|==|<|>) *(?P<limit>-?[\d.]+)|(?P<join>and|or)\b|(?P<bracket>[()])"
)


def in_words(condition: str) -> Said:
    """A condition such as `t_score_min < -1.5 and risk_factors >= 1`; one that cannot be read stays as written.

    Args:
        condition: as the rule set has it.
    """
    found, place = [], 0
    while place < len(condition):
        step = STEP.match(condition, place)
        if step is None or (step["name"] and f"rule.{step['name']}" not in catalogue()):
            return fixed(condition)
        found.append(_step(step))
        place = step.end()
        while condition[place : place + 1] == " ":
            place += 1
    texts = (" ".join(part.at(level) for part in found) for level in LEVELS)
    return Said(*(text.replace("( ", "(").replace(" )", ")") for text in texts))


def _step(step: re.Match[str]) -> Said:
    if step["join"]:
        return say(f"rule.{step['join']}")
    if step["bracket"]:
        return fixed(step["bracket"])
    fact, limit = say(f"rule.{step['name']}"), step["limit"]
    if step["sign"] == "==" and limit in ("0", "1"):
        return fact if limit == "1" else say("rule.not", fact=fact)
    return say(f"rule.{COMPARED[step['sign']]}", fact=fact, limit=limit.replace("-", MINUS))
