"""What a text is made of: its lines, the risk factors that it counts, and the words for what can come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from osteocast.people.rules import Rule

ROLES = ("rule_set", "card", "placeholder")
ADVICE: Mapping[str, str] = {
    "treat": "This text advises a bone drug for as long as the inhibitor is taken.",
    "offer": "This text says that a bone drug may be offered.",
    "consider": "This text says that a bone drug be considered.",
    "need_dxa": "Need DXA before the first tablet, or now if tablets have begun: this text has no answer without it.",
    "monitor": "This text advises no bone drug now, but to keep measuring.",
    "not_covered": "This text does not cover this person.",
    "not_read": "NOT READ: the rule of this text is not known here, and nothing stands for it.",
}
"""What can come out, in words; the first three are ways to say that bone be protected."""
PROTECT = ("treat", "offer", "consider")
COUNT = "risk_factors"
"""What a line calls the number of the text's own risk factors that are known to be present."""


@dataclass(frozen=True)
class RiskFactor:
    """A risk factor as one text counts it.

    Attributes:
        name: key.
        title: the text's own wording, shortened.
        rule: which facts mean that it is present.
        quality: how that it is on the list was read.
    """

    name: str
    title: str
    rule: Rule
    quality: str


@dataclass(frozen=True)
class Line:
    """A line of a text; the first whose rule is met decides.

    Attributes:
        place: its place, from 1.
        rule: when it is met; None for the last line, which always is.
        then: one of `ADVICE`.
        quality: how it was read.
        say: what the text adds.
        next_scan_months: soonest and latest next scan after the last one [month], or None where none is named.
        scan_quality: how that was read.
    """

    place: int
    rule: Rule | None
    then: str
    quality: str
    say: str = ""
    next_scan_months: tuple[float, float] | None = None
    scan_quality: str = ""

    @property
    def condition(self) -> str:
        """The rule as written."""
        return "otherwise (none of the lines above)" if self.rule is None else self.rule.text


@dataclass(frozen=True)
class RuleSet:
    """One text.

    Attributes:
        id: key, and name of its file.
        title: what it is.
        short: the same in two words.
        role: `rule_set`, `card` (a national text, shown after the others) or `placeholder` (not readable).
        published: year.
        citation: the source.
        quality: how it was read on the whole.
        read: what of it was read.
        population: for whom it was written.
        covers: when it speaks of a person; None for a placeholder.
        risk_factors: those that it counts.
        advice: its lines, in order.
        superseded_by: id of the text that took its place.
        supersedes: id of the text whose place it took.
        substitution: what stands here in place of something that the text asks for.
        measures: what it advises for everybody.
        drugs: drugs that it names.
        not_known: what of it is not known here.
    """

    id: str
    title: str
    short: str
    role: str
    published: int
    citation: str
    quality: str
    read: str
    population: str
    covers: Rule | None = None
    risk_factors: tuple[RiskFactor, ...] = ()
    advice: tuple[Line, ...] = ()
    superseded_by: str = ""
    supersedes: str = ""
    substitution: str = ""
    measures: str = ""
    drugs: str = ""
    not_known: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Facts that it reads, each once."""
        rules = [self.covers, *(one.rule for one in self.risk_factors), *(line.rule for line in self.advice)]
        found = dict.fromkeys(name for rule in rules if rule is not None for name in rule.names)
        return tuple(name for name in found if name != COUNT)


@dataclass(frozen=True)
class Difference:
    """Where texts part, and for whom that matters."""

    rule: Rule
    say: str
