"""Statements of the source article, with what the evidence and the model say to them, read from `claims.yaml`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from osteocast.errors import OsteocastError
from osteocast.explain import figures
from osteocast.explain.cite import corrections
from osteocast.explain.figures import Figure
from osteocast.explain.record_checks import check_fields, check_quality
from osteocast.explain.wording import quality_words

CLAIMS = Path(__file__).parent / "claims.yaml"
VERDICTS = ("agree", "partly", "no")
NOT_MODELLED = "not modelled"
MODEL_VERDICTS = (*VERDICTS, NOT_MODELLED)
_REQUIRED = ("number", "name", "statement", "evidence", "why", "model", "model_why", "shown")
_OPTIONAL = ("overstated", "sources", "references")


class Source(NamedTuple):
    """A source, and how it was read."""

    citation: str
    quality: str


class Opinion(NamedTuple):
    """What one side says to a statement: `VERDICTS` or, for the model, `MODEL_VERDICTS`; why; numbers in the why."""

    verdict: str
    why: str
    figures: tuple[Figure, ...]


class Reference(NamedTuple):
    """A reference of the article: as printed, what to cite, how that was checked; `wrong` is '' if it is right."""

    number: int
    about: str
    printed: str
    correct: str
    wrong: str
    checked: str
    quality: str


@dataclass(frozen=True)
class Claim:
    """One statement.

    Attributes:
        number: its place in the article, from 1.
        name: a short name.
        chapter: the heading it stands under.
        statement: what the article holds, in our own words.
        evidence: what published evidence says.
        model: whether the model behaves as stated.
        overstated: whether the statement goes too far rather than astray.
        sources: sources of the evidence, each once.
        references: numbers of the article's references on the subject.
        shown: where the program shows it.
    """

    number: int
    name: str
    chapter: str
    statement: str
    evidence: Opinion
    model: Opinion
    overstated: bool
    sources: tuple[Source, ...]
    references: tuple[int, ...]
    shown: str

    @property
    def cited(self) -> tuple[Reference, ...]:
        """The references of the article on the subject, put right."""
        return tuple(references()[number] for number in self.references)

    @property
    def verdict(self) -> str:
        """What the evidence says, in words."""
        return f"{self.evidence.verdict} (overstated)" if self.overstated else self.evidence.verdict

    def to_dict(self) -> dict[str, Any]:
        """The entry of `explain claims --json`."""
        return {
            "number": self.number,
            "name": self.name,
            "chapter": self.chapter,
            "statement": self.statement,
            "verdict": self.evidence.verdict,
            "overstated": self.overstated,
            "why": self.evidence.why,
            "model": {"verdict": self.model.verdict, "why": self.model.why},
            "figures": [one._asdict() for one in dict.fromkeys((*self.evidence.figures, *self.model.figures))],
            "sources": [{**one._asdict(), "quality_words": quality_words(one.quality)} for one in self.sources],
            "references": [one._asdict() for one in self.cited],
            "shown": self.shown,
        }


@cache
def _raw() -> Mapping[str, Any]:
    from ruamel.yaml import YAML

    found: Mapping[str, Any] = YAML(typ="safe", pure=False).load(CLAIMS.read_text(encoding="utf-8"))
    return found


@cache
def references() -> Mapping[int, Reference]:
    """The references of the source article, put right, by number.

    Raises:
        OsteocastError: one names a correction that is not there.
    """
    known = {one["subject"]: one for one in corrections()}
    found = {}
    for one in _raw()["references"]:
        number = one["number"]
        right = known.get(one.get("subject", ""))
        if right is not None:
            found[number] = Reference(
                number,
                right["subject"],
                right["circulates"],
                right["correct"],
                right["wrong"],
                right["checked"],
                right["quality"],
            )
        elif "subject" in one:
            raise OsteocastError(
                f"no correction is about '{one['subject']}'",
                where=f"{CLAIMS.name}, reference {number}",
                fix="write it as in corrections.yaml",
            )
        else:
            printed = one["printed"]
            found[number] = Reference(number, one["about"], printed, printed, "", one["checked"], one["quality"])
    return found


def read_claim(raw: Mapping[str, Any], chapter: str) -> Claim:
    """A statement from its record.

    Args:
        raw: the record.
        chapter: the heading it stands under.

    Raises:
        OsteocastError: a field is missing or unknown, a verdict or grade does not exist, a number is not kept.
    """
    where = f"{CLAIMS.name}, statement {raw.get('number', 'without number')}"
    check_fields(raw, _REQUIRED, _OPTIONAL, where)
    for key, allowed in (("evidence", VERDICTS), ("model", MODEL_VERDICTS)):
        if raw[key] not in allowed:
            raise OsteocastError(
                f"{raw[key]!r} is no verdict of the {key}", where=where, fix=f"use one of {', '.join(allowed)}"
            )
    given = tuple(Source(one["citation"], one["quality"]) for one in raw.get("sources", ()))
    for one in given:
        check_quality(one.quality, where)
    evidence = Opinion(raw["evidence"], *figures.fill(raw["why"], where))
    model = Opinion(raw["model"], *figures.fill(raw["model_why"], where))
    sources = (*(Source(one.citation, one.quality) for one in evidence.figures if one.citation), *given)
    if not sources:
        raise OsteocastError("the evidence has no source", where=where, fix="add one under 'sources'")
    return Claim(
        number=raw["number"],
        name=raw["name"],
        chapter=chapter,
        statement=raw["statement"],
        evidence=evidence,
        model=model,
        overstated=bool(raw.get("overstated", False)),
        sources=tuple(dict.fromkeys(sources)),
        references=tuple(raw.get("references", ())),
        shown=raw["shown"],
    )


@cache
def claims() -> tuple[Claim, ...]:
    """Every statement, in the order of the article.

    Raises:
        OsteocastError: a record cannot be used, or a number or name is there twice.
    """
    found = tuple(read_claim(one, chapter["title"]) for chapter in _raw()["chapters"] for one in chapter["claims"])
    for key in ("number", "name"):
        (most, times), *_ = Counter(getattr(one, key) for one in found).most_common(1)
        if times > 1:
            raise OsteocastError(f"{key} {most} is there {times} times", where=CLAIMS.name, fix="keep one")
    return found


def names() -> tuple[tuple[str, int], ...]:
    """Name and number of every statement, without looking up a number."""
    return tuple((one["name"], one["number"]) for chapter in _raw()["chapters"] for one in chapter["claims"])


def rows_to_simulate() -> tuple[str, ...]:
    """Ids of the published rows whose simulated number is needed here and kept nowhere else."""
    texts = [
        text for chapter in _raw()["chapters"] for one in chapter["claims"] for text in (one["why"], one["model_why"])
    ]
    texts += [one["subject"] for one in _raw()["unsaid"]]
    ids = dict.fromkeys(id_ for text in texts for id_ in figures.asked(text, "model"))
    return tuple(id_ for id_ in ids if not figures.simulated_elsewhere(id_))


def unsaid() -> list[dict[str, str]]:
    """What the article does not say and the program shows: `subject` and `shown`."""
    where = f"{CLAIMS.name}, unsaid"
    return [{"subject": figures.fill(one["subject"], where)[0], "shown": one["shown"]} for one in _raw()["unsaid"]]
