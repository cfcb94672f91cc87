"""The drug cards: what can be written in a regimen, one YAML file each, read once and never changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from osteocast.errors import OsteocastError, nearest

Kind = Literal["drug", "class", "event", "habit", "supplement"]
Route = Literal["oral", "patch", "gel", "subcutaneous", "intramuscular", "intravenous", "none"]
DoseUnit = Literal["mg", "ug", "g", "IU", "mg/day", "ug/day"]
RATE = "/day"

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Code:
    """A code in a public terminology, with the quality of the place it was read in (A, C or M)."""

    code: str
    display: str
    quality: str
    source: str


@dataclass(frozen=True)
class Reason:
    """Why a drug is rarely an option after breast cancer, with its source and how that was read."""

    text: str
    source: str
    quality: str


@dataclass(frozen=True, eq=False)
class Card:
    """One drug, class of drugs, event, habit or supplement.

    Attributes:
        id: key of the card and name of its file.
        name: the word printed in a canonical sentence.
        title: one line, ending with a full stop.
        kind: drug, class, event, habit or supplement.
        route: how it is given; `none` where the question makes no sense.
        usual: a usual regimen sentence.
        synonyms: other names, brand names included, in lower case.
        valid_for: the people and doses the card was written for.
        not_known: what the card does not know.
        dose_unit: unit of every dose inside; ends with `/day` where the dose is a rate (patches).
        dose_range: lowest and highest plausible single dose [dose_unit]; guards against a wrong unit.
        dose_basis: the substance that the dose weighs, where a salt or an ester could be meant.
        iu_per_ug: international units in a microgram [IU/ug], where such a unit exists.
        formula: molecular formula of the dose basis.
        molar_mass_g_mol: molar mass of the dose basis [g/mol].
        codes: codes by terminology (atc, rxnorm, snomed ...).
        quality: how the card's own facts are known (label, derived, memory ...).
        source: where they come from.
        kinetics: parameters of the way through the body, kept as written.
        actions: parameters of what it does, kept as written.
        why_rarely: why it is rarely an option after breast cancer; empty where it may well be one.
    """

    id: str
    name: str
    title: str
    kind: Kind
    route: Route
    usual: str
    synonyms: tuple[str, ...]
    valid_for: Mapping[str, object]
    not_known: tuple[str, ...]
    dose_unit: DoseUnit | None = None
    dose_range: tuple[float, float] | None = None
    dose_basis: str = ""
    iu_per_ug: float | None = None
    formula: str = ""
    molar_mass_g_mol: float | None = None
    codes: Mapping[str, Code] = field(default_factory=dict)
    quality: str = ""
    source: str = ""
    kinetics: Mapping[str, object] = field(default_factory=dict)
    actions: Mapping[str, object] = field(default_factory=dict)
    why_rarely: tuple[Reason, ...] = ()

    @property
    def takes_dose(self) -> bool:
        """Whether a regimen must name a dose."""
        return self.dose_unit is not None

    @property
    def is_rate(self) -> bool:
        """Whether the dose is a continuous rate per day (a patch)."""
        return self.dose_unit is not None and self.dose_unit.endswith(RATE)

    @property
    def takes_schedule(self) -> bool:
        """Whether a regimen must say how often."""
        return self.kind == "habit" or (self.takes_dose and not self.is_rate)


@cache
def catalogue() -> Mapping[str, Card]:
    """All cards by id, in alphabetical order. Read from disk once."""
    files = sorted(_FOLDER.glob("*.yaml"))
    return {file.stem: read_card(file.read_text("utf-8"), file.name) for file in files}


@cache
def names() -> Mapping[str, str]:
    """Card id by every name and synonym, in lower case; the loader refuses a name with two meanings."""
    found: dict[str, str] = {}
    for one in catalogue().values():
        for name in (one.name.lower(), *one.synonyms):
            if name in found:
                what, where = f"'{name}' already names {found[name]}", f"{one.id}.yaml, synonyms"
                raise OsteocastError(what, where=where, fix="remove one of them")
            found[name] = one.id
    return found


def card(card_id: str) -> Card:
    """The card with this id; an unknown id is answered with the nearest one."""
    try:
        return catalogue()[card_id]
    except KeyError:
        close = nearest(card_id, catalogue())
        fix = f"write '{close}'" if close else "use one of " + ", ".join(catalogue())
        raise OsteocastError(f"'{card_id}' is not a drug card", where="drugs", fix=fix) from None


@cache
def _yaml() -> YAML:
    """The reader of YAML: the fast one when ruamel.yaml.clib is installed, else the same in Python."""
    return YAML(typ="safe", pure=False)


def read_card(text: str, file: str) -> Card:
    """A card from the text of its file.

    Args:
        text: the YAML.
        file: file name, `<id>.yaml`, for messages and to check the id.
    """
    try:
        raw = _yaml().load(text)
    except MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        what = f"the YAML cannot be read: {error.problem}"
        raise OsteocastError(what, where=file + line, fix="correct that line") from error
    if not isinstance(raw, dict):
        raise OsteocastError("the file is not a list of fields", where=file, fix="start with 'id: ...'")
    values: dict[str, object] = {}
    for key, value in raw.items():
        if key not in _READ:
            close = nearest(str(key), _READ)
            fix = f"write '{close}'" if close else "use one of " + ", ".join(_READ)
            raise OsteocastError(f"'{key}' is not a field of a card", where=file, fix=fix)
        try:
            values[key] = _READ[key](value)
        except (TypeError, ValueError) as error:
            what, where = f"{value!r} cannot be read", f"{file}, {key}"
            raise OsteocastError(what, where=where, fix=f"give {error}") from None
    for one in fields(Card):
        if one.default is MISSING and one.default_factory is MISSING and one.name not in values:
            raise OsteocastError(f"'{one.name}' is missing", where=file, fix=f"add a line '{one.name}: ...'")
    return _consistent(Card(**values), file)  # type: ignore[arg-type]  # each value was read by its own field's reader


def _consistent(one: Card, file: str) -> Card:
    """The card itself, if its fields agree with one another."""
    dosed = one.kind in ("drug", "supplement")
    low, high = one.dose_range or (1.0, 2.0)
    only_dosed = "give it to drugs and supplements, and only to them"
    rules = (
        ("id", f"{one.id}.yaml" == file, "give the file's name without its ending"),
        ("title", one.title.endswith("."), "end it with a full stop"),
        ("dose_unit", (one.dose_unit is not None) is dosed, only_dosed),
        ("dose_range", (one.dose_range is not None) is dosed, only_dosed),
        ("dose_range", 0 < low < high, "give the lower dose first, above 0"),
        ("synonyms", all(name == name.lower() for name in one.synonyms), "write them in lower case"),
    )
    for key, kept, fix in rules:
        if not kept:
            raise OsteocastError("the card contradicts itself", where=f"{file}, {key}", fix=fix)
    return one


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TypeError("a line of text")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise TypeError("a number, zero or more")
    return float(value)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError("a list of texts")
    return tuple(value)


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError("fields with values")
    return cast(Mapping[str, object], value)


def _range(value: object) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise TypeError("[lowest, highest]")
    return _number(value[0]), _number(value[1])


def _one_of(kinds: object) -> Callable[[object], str]:
    words: tuple[str, ...] = get_args(kinds)

    def read(value: object) -> str:
        if value not in words:
            raise TypeError("one of " + ", ".join(words))
        return str(value)

    return read


def _codes(value: object) -> Mapping[str, Code]:
    expected = {one.name for one in fields(Code)}
    found = {}
    for system, entry in _mapping(value).items():
        values = _mapping(entry)
        if set(values) != expected:
            raise TypeError("for each code exactly " + ", ".join(sorted(expected)))
        found[system] = Code(**{key: _text(one) for key, one in values.items()})
    return found


def _reasons(value: object) -> tuple[Reason, ...]:
    expected = {one.name for one in fields(Reason)}
    if not isinstance(value, list) or any(not isinstance(one, dict) or set(one) != expected for one in value):
        raise TypeError("a list of reasons, each with exactly " + ", ".join(sorted(expected)))
    return tuple(Reason(**{key: _text(text) for key, text in one.items()}) for one in value)


_READ: Mapping[str, Callable[[object], object]] = {
    "id": _text,
    "name": _text,
    "title": _text,
    "kind": _one_of(Kind),
    "route": _one_of(Route),
    "usual": _text,
    "synonyms": _texts,
    "valid_for": _mapping,
    "not_known": _texts,
    "dose_unit": _one_of(DoseUnit),
    "dose_range": _range,
    "dose_basis": _text,
    "iu_per_ug": _number,
    "formula": _text,
    "molar_mass_g_mol": _number,
    "codes": _codes,
    "quality": _text,
    "source": _text,
    "kinetics": _mapping,
    "actions": _mapping,
    "why_rarely": _reasons,
}
