"""What a rule set says of somebody, with a trace: every line in order, whether it was met, and the facts it read.

What was remembered and not read never advises a drug alone. Each text is read twice, with and without its remembered
lines and risk factors. Where they part, the remembered part raises the question (`consider`) and says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from osteocast.guidance.facts import FACTS, YES_NO
from osteocast.guidance.records import ADVICE, COUNT, PROTECT, Line, RiskFactor, RuleSet
from osteocast.parameters.schema import QUALITIES

_RANK = {"treat": 2, "offer": 2, "consider": 1}
MEMORY = "memory"


@dataclass(frozen=True)
class Step:
    """One line of a text as it was read.

    Attributes:
        line: its place, from 1; 0 for the question whether the text covers the person.
        condition: the rule as written.
        facts: what it read, by name; None where a fact is not known. Of the last line what all above it read.
        met: whether it was met.
        fired: whether it decided.
        quality: how the line was read.
        counted: risk factors counted, where it reads their number.
    """

    line: int
    condition: str
    facts: Mapping[str, float | None]
    met: bool
    fired: bool
    quality: str
    counted: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The step in one line."""
        said = ", ".join(f"{name} = {'not known' if v is None else f'{v:.4g}'}" for name, v in self.facts.items())
        counted = f": {', '.join(self.counted)}" if self.counted else ""
        name = f"line {self.line}" if self.line else "covers"
        verdict = "FIRED" if self.fired else "met" if self.met else "not met"
        remembered = " (from memory)" if self.quality == MEMORY else ""
        return f"{name}: {self.condition}: {verdict}{remembered}{f' [{said}{counted}]' if said else ''}"

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON."""
        return {
            "line": self.line,
            "if": self.condition,
            "facts": dict(self.facts),
            "met": self.met,
            "fired": self.fired,
            "quality": self.quality,
            "counted": list(self.counted),
            "words": self.words,
        }


@dataclass(frozen=True)
class Hinge:
    """Something not known on which the answer hangs.

    Attributes:
        facts: names of facts, or of the text's risk factors.
        words: the same in words.
        advice: the answer if they were true.
    """

    facts: tuple[str, ...]
    words: str
    advice: str


@dataclass(frozen=True)
class Verdict:
    """What a rule set says.

    Attributes:
        rule_set: the text.
        advice: one of `ADVICE`.
        says: the same in a sentence, with what the text adds.
        trace: the lines that were read, the one that fired last.
        line: the line that fired, or None where the text does not speak of the person.
        quality: how the weakest part that decided was read; `not_read` of a placeholder.
        remembered: what the remembered part would advise, where it was not let decide alone; else empty.
        hinges: what is not known and would change the answer.
    """

    rule_set: RuleSet
    advice: str
    says: str
    trace: tuple[Step, ...]
    line: Line | None
    quality: str
    remembered: str = ""
    hinges: tuple[Hinge, ...] = field(default=())

    @property
    def protects(self) -> bool:
        """Whether it names a bone drug, as advice, offer or question."""
        return self.advice in PROTECT


@dataclass(frozen=True)
class _Reading:
    """One reading of a text."""

    line: Line
    steps: tuple[Step, ...]
    counted: tuple[RiskFactor, ...]

    @property
    def rank(self) -> int:
        return _RANK.get(self.line.then, 0)

    @property
    def quality(self) -> str:
        """Grade of the weakest part."""
        grades = [self.line.quality]
        if self.line.rule is not None and COUNT in self.line.rule.names:
            grades += [one.quality for one in self.counted]
        return max(grades, key=QUALITIES.index)


def evaluate(rule_set: RuleSet, values: Mapping[str, float]) -> Verdict:
    """What a rule set says of somebody.

    Args:
        rule_set: the text.
        values: facts by name of `FACTS`; nan where a fact is not known.
    """
    found = _decide(rule_set, values)
    if rule_set.covers is None:
        return found
    hinges = _hinges(rule_set, values, found.advice)
    return Verdict(**{**vars(found), "hinges": hinges})


def protects(rule_set: RuleSet, values: Mapping[str, Any]) -> np.ndarray:
    """Whether a text names a bone drug, of many at once: what `evaluate` says of each, without the trace.

    Args:
        rule_set: the text, not a placeholder.
        values: facts by name, as numbers or of shape (people,).
    """
    if rule_set.covers is None:
        return np.zeros(1, bool)
    full, _ = _ranks(rule_set, values, memory=True)
    base, asks = _ranks(rule_set, values, memory=False)
    return np.asarray(rule_set.covers.met(values) & ((base > 0) | ((full > 0) & ~asks)))


def _ranks(rule_set: RuleSet, values: Mapping[str, Any], memory: bool) -> tuple[np.ndarray, np.ndarray]:
    """Rank of the advice in one reading (see `_read`), and whether it asks for a scan; shape (people,)."""
    factors = [one for one in rule_set.risk_factors if memory or one.quality != MEMORY]
    present = [np.asarray(one.rule.met(values), float) for one in factors]
    values = {**values, COUNT: np.sum(np.broadcast_arrays(*present), axis=0) if present else np.zeros(1)}
    shape = np.broadcast_shapes(*(np.shape(value) for value in values.values()))
    left, rank, asks = np.ones(shape, bool), np.zeros(shape, int), np.zeros(shape, bool)
    for line in rule_set.advice:
        if _decides(line, memory):
            fires = left if line.rule is None else left & line.rule.met(values)
            rank[fires], asks[fires] = _RANK.get(line.then, 0), line.then == "need_dxa"
            left = left & ~fires
    return rank, asks


def _decides(line: Line, memory: bool) -> bool:
    """Whether a line may decide: without `memory`, one that is remembered protects nobody."""
    return memory or line.quality != MEMORY or line.rule is None or line.then not in PROTECT


def _decide(rule_set: RuleSet, values: Mapping[str, float], assumed: frozenset[str] = frozenset()) -> Verdict:
    if rule_set.covers is None:
        return Verdict(rule_set, "not_read", ADVICE["not_read"], (), None, "not_read")
    met = bool(rule_set.covers.met(values))  # type: ignore[arg-type]  # plain numbers do as well as arrays
    covers = Step(0, rule_set.covers.text, _seen(rule_set.covers.names, values), met, not met, rule_set.quality)
    if not met:
        says = f"{ADVICE['not_covered']} It is for: {rule_set.population}"
        return Verdict(rule_set, "not_covered", says, (covers,), None, rule_set.quality)
    full = _read(rule_set, values, assumed, memory=True)
    base = _read(rule_set, values, assumed, memory=False)
    chosen, advice, remembered = base, base.line.then, ""
    if full.rank > base.rank:
        remembered = full.line.then
        if base.line.then != "need_dxa":
            chosen, advice = full, "consider"
    says = " ".join(part for part in (ADVICE[advice], chosen.line.say, _remembered(remembered)) if part)
    return Verdict(rule_set, advice, says, (covers, *chosen.steps), chosen.line, chosen.quality, remembered)


def _remembered(advice: str) -> str:
    if not advice:
        return ""
    return f"A part of it that is remembered and was not read would say '{advice}': look it up before relying on it."


def _read(rule_set: RuleSet, values: Mapping[str, float], assumed: frozenset[str], memory: bool) -> _Reading:
    """One reading; without `memory` remembered lines and risk factors do not count, but are shown."""
    known: Any = values
    present = [one for one in rule_set.risk_factors if one.name in assumed or bool(one.rule.met(known))]
    counted = tuple(one for one in present if memory or one.quality != MEMORY)
    listed = tuple(one.title if one in counted else f"{one.title} (remembered, not counted alone)" for one in present)
    known = {**values, COUNT: float(len(counted))}
    steps: list[Step] = []
    for line in rule_set.advice:
        met = line.rule is None or bool(line.rule.met(known))
        decides = _decides(line, memory)
        names = () if line.rule is None else line.rule.names
        titles = listed if COUNT in names else ()
        above = dict.fromkeys(name for step in steps for name in step.facts)
        seen = _seen(above if line.rule is None else names, known)
        steps.append(Step(line.place, line.condition, seen, met, met and decides, line.quality, titles))
        if met and decides:
            return _Reading(line, tuple(steps), counted)
    raise AssertionError("the last line is always met")


def _seen(names: Iterable[str], values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: None if math.isnan(values[name]) else values[name] for name in names}


def _hinges(rule_set: RuleSet, values: Mapping[str, float], advice: str) -> tuple[Hinge, ...]:
    """What is not known and would change the answer: each alone, or else all together."""
    options: dict[str, str] = {}
    for name in rule_set.names:
        if math.isnan(values[name]) and name in YES_NO:
            options[name] = FACTS[name]
    for one in rule_set.risk_factors:
        open_facts = [name for name in one.rule.names if math.isnan(values[name])]
        if open_facts and not any(name in YES_NO for name in open_facts):
            options[one.name] = one.title
    single = [Hinge((name,), words, _if(rule_set, values, [name])) for name, words in options.items()]
    found = tuple(one for one in single if one.advice != advice)
    if found or len(options) < 2:
        return found
    together = _if(rule_set, values, options)
    return () if together == advice else (Hinge(tuple(options), " and ".join(options.values()), together),)


def _if(rule_set: RuleSet, values: Mapping[str, float], names: Iterable[str]) -> str:
    """The answer if some facts, or risk factors, were true."""
    true = {name: 1.0 for name in names if name in YES_NO}
    return _decide(rule_set, {**values, **true}, frozenset(set(names) - set(true))).advice
