"""The design of a virtual trial: who takes part, what each arm gets, what is measured when. Nothing about results.

Every model is frozen and refuses unknown keys. `Design.hash` does not depend on comments, order of keys or spelling
of a regimen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from osteocast.errors import OsteocastError, choices, nearest
from osteocast.regimen import Regimen
from osteocast.trials.design_parts import (
    Adherence,
    Model,
    Month,
    People,
    Percent,
    PlaceError,
    QuantityName,
    Rate,
    RegimenText,
    Rescue,
    Scanner,
    Share,
    Words,
)
from osteocast.trials.population import population
from osteocast.trials.quantities import ASSAYS, FRACTURES, QUANTITIES, T_SCORE, event_name, quantity_name, site_of

ARM_NAME = r"^[A-Za-z][A-Za-z0-9_-]{0,39}$"


class TrialArm(Model):
    """One arm.

    Attributes:
        name: short, for folders and tables: letters, digits, `_` and `-`.
        regimen: what is prescribed from month 0 on.
        share: weight in the allocation; 2 beside 1 gets two thirds of the people.
        label: for readers; by default the name.
    """

    name: Annotated[str, Field(strict=True, pattern=ARM_NAME)]
    regimen: RegimenText
    share: Annotated[float, Field(strict=True, gt=0.0, le=1000.0)] = 1.0
    label: Words | None = None

    @field_validator("regimen")
    @classmethod
    def _from_month_0(cls, regimen: Regimen) -> Regimen:
        for item in regimen.items:
            if item.start_month < 0.0:
                raise OsteocastError(
                    f"'{item}' begins before month 0, the day of allocation",
                    where="regimen",
                    fix="describe earlier treatment under population, given",
                )
        return regimen


class Endpoint(Model):
    """What is compared between arms.

    Attributes:
        quantity: a density, T-score, marker or hormone; or an event for `event`.
        month: visit at which it is read; for an event the end of follow-up.
        measure: percent_change, change, level or event.
        from_month: visit that changes count from.
        analysis: how trialists treat it; by default mmrm for changes, mean for levels, kaplan_meier for events.
    """

    quantity: Words
    month: Month
    measure: Literal["percent_change", "change", "level", "event"] = "percent_change"
    from_month: Month = 0.0
    analysis: Literal["mmrm", "ancova", "mean", "median", "kaplan_meier", "aalen_johansen"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, value: Any) -> Any:
        if not isinstance(value, Mapping) or not isinstance(value.get("quantity"), str):
            return value
        event = value.get("measure") == "event"
        name = event_name(value["quantity"]) if event else quantity_name(value["quantity"])
        usual = "kaplan_meier" if event else "mean" if value.get("measure") == "level" else "mmrm"
        return {**value, "quantity": name, "analysis": value.get("analysis") or usual}

    @model_validator(mode="after")
    def _fits(self) -> Endpoint:
        of_events = self.analysis in ("kaplan_meier", "aalen_johansen")
        if of_events != (self.measure == "event"):
            known = "kaplan_meier or aalen_johansen" if self.measure == "event" else "mmrm, ancova, mean or median"
            raise PlaceError(("analysis",), f"{self.analysis} does not analyse a {self.measure}", f"write {known}")
        if self.measure == "level" and self.analysis in ("mmrm", "ancova"):
            raise PlaceError(("analysis",), f"{self.analysis} analyses changes, not levels", "write mean or median")
        if self.measure in ("change", "percent_change") and self.from_month >= self.month:
            what = f"from month {self.from_month:g} to month {self.month:g} leaves no time for a change"
            raise PlaceError(("from_month",), what, "give an earlier from_month")
        if self.measure == "percent_change" and self.quantity.startswith(T_SCORE):
            what = "a T-score has no fixed zero, so no percent change"
            raise PlaceError(("measure",), what, f"write change, or quantity: {site_of(self.quantity)}")
        return self


class Design(Model):
    """A trial; see the page on trials for each key.

    Attributes:
        version: of this form, written `schema` in files.
        title: heading.
        population: whom it takes.
        arms: at least one.
        reference_arm: the arm that others are compared with; by default the first.
        background: taken by everybody in every arm and never discontinued.
        visits_month: when people are measured; begins with 0.
        endpoints: what is compared.
        also_measured: further quantities kept at visits.
        scanner: densitometer.
        assays: noise of laboratory results, coefficient of variation [%] by quantity.
        missed_visits: share of visits at which somebody who is followed is not measured; never the first.
        dropout: loss to follow-up, treatment going on.
        death: whether people die as the life table has it.
        fractures: whether fractures happen; by default where an endpoint or a rescue asks for them.
        adherence: see `Adherence`.
        discontinuation: the arm's treatment ends for good, follow-up going on.
        rescue: see `Rescue`.
        every_arm: each person in every arm, with the same random numbers, instead of an allocation.
        n: number of people, all arms together; with `every_arm` in each.
        seed: of every random number.
        published: how the `study` of rows in the evidence table begins, to set beside the results.
    """

    version: Annotated[Literal[1], Field(alias="schema")] = 1
    title: Words
    population: People
    arms: Annotated[tuple[TrialArm, ...], Field(min_length=1)]
    reference_arm: str = ""
    background: RegimenText = Regimen()
    visits_month: Annotated[tuple[Month, ...], Field(min_length=2)]
    endpoints: Annotated[tuple[Endpoint, ...], Field(min_length=1)]
    also_measured: tuple[QuantityName, ...] = ()
    scanner: Scanner = Scanner()
    assays: Mapping[str, Percent] = Field(default_factory=dict)
    missed_visits: Share = 0.0
    dropout: Rate = Rate()
    death: bool = False
    fractures: bool = False
    adherence: Adherence = Adherence()
    discontinuation: Rate = Rate()
    rescue: tuple[Rescue, ...] = ()
    every_arm: bool = False
    n: Annotated[int, Field(strict=True, ge=1, le=2**31)] = 1000
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**63)] = 2026
    published: Words | None = None

    @field_validator("assays")
    @classmethod
    def _laboratory(cls, value: Mapping[str, float]) -> Mapping[str, float]:
        named = {quantity_name(name): cv for name, cv in value.items()}
        for name in named:
            if name not in ASSAYS:
                what = f"{name} is not measured in a laboratory"
                raise OsteocastError(what, where="assays", fix="give scan noise under scanner, cv_pct")
        return named

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, value: Any) -> Any:
        """What follows from other keys: the reference arm, and whether fractures are needed."""
        if not isinstance(value, Mapping):
            return value
        found = dict(value)
        arms, ends = found.get("arms"), found.get("endpoints")
        if not found.get("reference_arm") and arms and isinstance(arms, list | tuple):
            first = arms[0]
            found["reference_arm"] = (
                first.get("name", "") if isinstance(first, Mapping) else getattr(first, "name", "")
            )
        if "fractures" not in found:
            named = [one.get("quantity") for one in ends or () if isinstance(one, Mapping)]
            rules = [one.get("when") for one in found.get("rescue") or () if isinstance(one, Mapping)]
            words = [*(str(one).lower() for one in named), *(w for rule in rules for w in str(rule).lower().split())]
            found["fractures"] = bool({*FRACTURES, "fracture"} & set(words))
        return found

    @model_validator(mode="after")
    def _agrees(self) -> Design:
        try:
            population(self.population, self.adherence)
        except OsteocastError as error:
            path = ("population", *error.where.split(", "))
            raise PlaceError(path, error.what, error.fix, error.why) from None
        names = self.arm_names
        for place, name in enumerate(names):
            if name.lower() in [other.lower() for other in names[:place]]:
                raise PlaceError(
                    ("arms", place, "name"), f"a second arm is called '{name}'", "give each its own name"
                )
        self._known_arm(("reference_arm",), self.reference_arm)
        for field in ("dropout", "discontinuation"):
            for name in getattr(self, field).by_arm:
                self._known_arm((field, "by_arm", name), name)
        if self.visits_month[0] != 0.0 or list(self.visits_month) != sorted(set(self.visits_month)):
            listed = ", ".join(f"{month:g}" for month in sorted({0.0, *self.visits_month}))
            raise PlaceError(
                ("visits_month",), "visits must begin at month 0 and follow one another", f"write [{listed}]"
            )
        for place, one in enumerate(self.endpoints):
            self._at_visits(place, one)
        for place, rescue in enumerate(self.rescue):
            for name in rescue.arms:
                self._known_arm(("rescue", place, "arms"), name)
            if rescue.when.fracture and not self.fractures:
                raise PlaceError(
                    ("rescue", place, "when"), "it waits for fractures, which are off", "set fractures: true"
                )
        return self

    def _at_visits(self, place: int, one: Endpoint) -> None:
        for key in ("month", "from_month"):
            month = getattr(one, key)
            if one.measure == "event" and month <= self.visits_month[-1]:
                continue
            if month not in self.visits_month:
                listed = ", ".join(f"{visit:g}" for visit in self.visits_month)
                what = f"there is no visit at month {month:g}"
                raise PlaceError(("endpoints", place, key), what, f"add it to visits_month, or take one of {listed}")
        needs = {"death": self.death, **dict.fromkeys(FRACTURES, self.fractures)}
        if one.measure == "event" and not needs.get(one.quantity, True):
            key = "death" if one.quantity == "death" else "fractures"
            what = f"nobody has the event {one.quantity} in this trial"
            raise PlaceError(("endpoints", place, "quantity"), what, f"set {key}: true")

    def _known_arm(self, path: tuple[str | int, ...], name: str) -> None:
        if name not in self.arm_names:
            close = nearest(name, [one.lower() for one in self.arm_names])
            meant = next((one for one in self.arm_names if one.lower() == close), None)
            raise PlaceError(path, f"there is no arm '{name}'", choices(self.arm_names, meant))

    @property
    def arm_names(self) -> tuple[str, ...]:
        """Names of the arms in their order."""
        return tuple(arm.name for arm in self.arms)

    def arm(self, name: str) -> TrialArm:
        """The arm of that name."""
        return next(arm for arm in self.arms if arm.name == name)

    def rescues_of(self, name: str) -> tuple[Rescue, ...]:
        """The rescue rules that hold in an arm: nobody is given a drug that the arm has anyway, unless told so."""
        own = {item.card_id for item in self.arm(name).regimen.items}
        return tuple(
            one
            for one in self.rescue
            if (name in one.arms if one.arms else not own & {item.card_id for item in one.give.items})
        )

    @cached_property
    def quantities(self) -> tuple[str, ...]:
        """Everything measured at visits, in a fixed order: of the endpoints, the rescue rules, and asked for."""
        wanted = {one.quantity for one in self.endpoints if one.measure != "event"} | set(self.also_measured)
        wanted |= {name for rescue in self.rescue for name in rescue.when.reads}
        return tuple(name for name in QUANTITIES if name in wanted)

    def canonical(self) -> dict[str, Any]:
        """The design as plain data; `Design.model_validate` gives it back."""
        return self.model_dump(mode="json", by_alias=True)

    def hash(self) -> str:
        """SHA-256 of the canonical form without `n` and `seed`, which a run may set itself."""
        plain = {key: value for key, value in self.canonical().items() if key not in ("n", "seed")}
        return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
