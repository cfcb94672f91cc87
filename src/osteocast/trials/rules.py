"""When a rescue treatment begins: a rule over what a visit measures, such as `t_score_min < -2.0`."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from osteocast.errors import OsteocastError
from osteocast.trials.quantities import T_SCORE, quantity_name

FRACTURE = "fracture"
LOWEST_T = "t_score_min"
LOWEST_OF = ("lumbar_spine", "total_hip", "femoral_neck")
"""Sites whose lowest T-score counts (ISCD); the radius only where it is named."""
CHANGE = "percent_change_"
_FORM = re.compile(r"([A-Za-z_0-9]+)\s*(<=|>=|<|>)\s*([-+]?\d+(?:\.\d+)?)")
_COMPARE = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
FIX = "write for example 't_score_min < -2.0', 'percent_change_lumbar_spine < -5' or 'fracture'"


@dataclass(frozen=True)
class Condition:
    """One comparison; `subject` is a quantity, `t_score_min`, `percent_change_<quantity>` or `fracture`."""

    subject: str
    sign: str = ""
    limit: float = 0.0

    def __str__(self) -> str:
        return f"{self.subject} {self.sign} {self.limit:g}" if self.sign else self.subject

    @property
    def reads(self) -> tuple[str, ...]:
        """The quantities that must be measured."""
        if self.subject == FRACTURE:
            return ()
        if self.subject == LOWEST_T:
            return tuple(T_SCORE + site for site in LOWEST_OF)
        return (self.subject.removeprefix(CHANGE),)


@dataclass(frozen=True)
class Rule:
    """Conditions of which one is enough."""

    conditions: tuple[Condition, ...]

    @classmethod
    def parse(cls, text: str) -> Rule:
        """Read `a < 1 or fracture`.

        Raises:
            OsteocastError: it cannot be read, or names nothing that is measured.
        """
        return cls(tuple(_condition(part.strip()) for part in re.split(r"\s+or\s+", text.strip())))

    def __str__(self) -> str:
        return " or ".join(map(str, self.conditions))

    @property
    def reads(self) -> tuple[str, ...]:
        """The quantities that must be measured."""
        return tuple(dict.fromkeys(name for one in self.conditions for name in one.reads))

    @property
    def fracture(self) -> bool:
        """Whether fractures count."""
        return any(one.subject == FRACTURE for one in self.conditions)

    def met(self, seen: dict[str, np.ndarray], at_start: dict[str, np.ndarray], fractured: np.ndarray) -> np.ndarray:
        """Who meets the rule, shape (people,).

        Args:
            seen: what the visit measured, nan where nothing was.
            at_start: what the first visit measured.
            fractured: who has had a clinical fracture since the start.
        """
        found = np.zeros(len(fractured), bool)
        for one in self.conditions:
            if one.subject == FRACTURE:
                found |= fractured
                continue
            if one.subject == LOWEST_T:
                value = np.fmin.reduce([seen[name] for name in one.reads])
            elif one.subject.startswith(CHANGE):
                name = one.reads[0]
                value = 100.0 * (seen[name] / at_start[name] - 1.0)
            else:
                value = seen[one.subject]
            found |= _COMPARE[one.sign](value, one.limit)  # nan compares false
        return found


def _condition(text: str) -> Condition:
    if text.lower() == FRACTURE:
        return Condition(FRACTURE)
    match = _FORM.fullmatch(text)
    if match is None:
        raise OsteocastError(f"the rule '{text}' cannot be read", where="when", fix=FIX)
    subject, sign, limit = match[1], match[2], float(match[3])
    if subject.lower() == LOWEST_T:
        return Condition(LOWEST_T, sign, limit)
    prefix = CHANGE if subject.lower().startswith(CHANGE) else ""
    try:
        name = quantity_name(subject[len(prefix) :])
    except OsteocastError as error:
        raise OsteocastError(f"the rule '{text}': {error.what}", where="when", fix=error.fix) from None
    if prefix and name.startswith(T_SCORE):
        what = f"the rule '{text}' asks for a percent change of a T-score, which has no fixed zero"
        raise OsteocastError(what, where="when", fix=f"write {CHANGE}{name.removeprefix(T_SCORE)}")
    return Condition(prefix + name, sign, limit)
