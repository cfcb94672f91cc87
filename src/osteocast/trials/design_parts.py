"""The parts of a trial's design: the people, the instruments, what happens during follow-up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    InstanceOf,
    PlainSerializer,
    Tag,
    field_validator,
    model_validator,
)

from osteocast.engine.schedule import require_modelled
from osteocast.errors import OsteocastError
from osteocast.measure import dxa
from osteocast.regimen import Regimen
from osteocast.trials.quantities import quantity_name
from osteocast.trials.rules import Rule

LONGEST_MONTHS = 480.0

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, ge=0.0, le=1.0)]
Yearly = Annotated[float, Field(strict=True, ge=0.0, le=5.0)]
"""Events per person-year at risk."""
Month = Annotated[float, Field(strict=True, ge=0.0, le=LONGEST_MONTHS)]
Percent = Annotated[float, Field(strict=True, ge=0.0, le=100.0)]
Words = Annotated[str, Field(strict=True, min_length=1, max_length=400)]


class PlaceError(OsteocastError):
    """A contradiction between fields. `path` leads to the one to correct, from the top of the design."""

    def __init__(self, path: tuple[str | int, ...], what: str, fix: str, why: str = "") -> None:
        self.path = path
        super().__init__(what, where=", ".join(map(str, path)), fix=fix, why=why)


def _regimen(value: object) -> Regimen:
    if isinstance(value, Regimen):
        return value
    if not isinstance(value, str):
        raise OsteocastError(
            f"{value!r} is not a regimen", where="regimen", fix="write a sentence such as 'anastrozole 1 mg daily'"
        )
    regimen = Regimen.parse(value)
    require_modelled(regimen)
    return regimen


def _rule(value: object) -> Rule:
    if isinstance(value, Rule):
        return value
    if not isinstance(value, str):
        raise OsteocastError(f"{value!r} is not a rule", where="when", fix="write for example 't_score_min < -2.0'")
    return Rule.parse(value)


def _device(value: object) -> str:
    return dxa.device_name(value)


def _quantity(value: object) -> str:
    return quantity_name(str(value))


RegimenText = Annotated[InstanceOf[Regimen], BeforeValidator(_regimen), PlainSerializer(str, return_type=str)]
QuantityName = Annotated[str, BeforeValidator(_quantity)]
RuleText = Annotated[InstanceOf[Rule], BeforeValidator(_rule), PlainSerializer(str, return_type=str)]


class Model(BaseModel):
    """Frozen, and no key is let through unread."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Spread(Model):
    """How a quantity varies between the people of a trial; see `people.virtual.Distribution`."""

    mean: Number | None = None
    sd: Annotated[float, Field(strict=True, ge=0.0)] | None = None
    min: Number | None = None
    max: Number | None = None


Known = Annotated[
    Annotated[Number, Tag("number")] | Annotated[Spread, Tag("spread")],
    Discriminator(lambda one: "spread" if isinstance(one, Mapping | Spread) else "number"),
]
"""One value for everybody, or a spread."""


class People(Model):
    """Whom the trial takes; the rest of a person is drawn from the joint distribution of `people.virtual`.

    Attributes:
        sex: female or male.
        given: what is known of them by name: one value, or a spread.
        inclusion: rules such as `t_score_min >= -2.5`, all of which hold in everybody.
        assumed_correlations: factor on every correlation whose basis is `assumed`; 0.5 halves them.
        correlations: values of single correlations by pair, such as `t_score_lumbar_spine, bmi: 0.3`.
        prior_therapy: share who took a regimen before month 0, by its sentence; by default as people usually did.
    """

    sex: Literal["female", "male"]
    given: Mapping[str, Known] = Field(default_factory=dict)
    inclusion: tuple[Words, ...] = ()
    assumed_correlations: Annotated[float, Field(strict=True, ge=0.0, le=1.5)] = 1.0
    correlations: Mapping[str, Annotated[float, Field(strict=True, ge=-1.0, le=1.0)]] = Field(default_factory=dict)
    prior_therapy: Mapping[str, Share] | None = None


class Scanner(Model):
    """The densitometer: kind, and scan-to-scan noise where it differs from that of `measure/dxa_precision.csv`."""

    device: Annotated[Literal["Hologic", "GE Lunar"], BeforeValidator(_device)] = "Hologic"
    cv_pct: Mapping[str, Percent] = Field(default_factory=dict)

    @field_validator("cv_pct")
    @classmethod
    def _sites(cls, value: Mapping[str, float]) -> Mapping[str, float]:
        return {dxa.site_name(site): cv for site, cv in value.items()}

    def noise_pct(self, site: str) -> float:
        """Coefficient of variation [%] of one scan of a site."""
        return self.cv_pct.get(site, dxa.precision(site, self.device).cv_pct)


class Rate(Model):
    """Something that happens to people at a yearly rate, the same throughout; by arm where arms differ."""

    yearly: Yearly = 0.0
    by_arm: Mapping[str, Yearly] = Field(default_factory=dict)

    def of(self, arm: str) -> float:
        """Events per person-year in an arm."""
        return self.by_arm.get(arm, self.yearly)


class Adherence(Model):
    """Which share of oral doses people take, beside what the regimen itself says.

    Attributes:
        kind: `none`, as the regimen says; `population`, as the joint distribution has it; `spread`, as given here.
        mean: mean share.
        sd: standard deviation between people; the shares follow a beta distribution.
    """

    kind: Literal["none", "population", "spread"] = "none"
    mean: Annotated[float, Field(strict=True, gt=0.0, lt=1.0)] | None = None
    sd: Annotated[float, Field(strict=True, gt=0.0, lt=0.5)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _word(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"kind": value}
        return {"kind": "spread", **value} if isinstance(value, Mapping) and "mean" in value else value

    @model_validator(mode="after")
    def _complete(self) -> Adherence:
        if (self.kind == "spread") != (self.mean is not None and self.sd is not None):
            raise PlaceError((), "mean and sd belong together", "write mean and sd, or the word population or none")
        if self.mean is not None and self.sd is not None and self.sd**2 >= self.mean * (1.0 - self.mean):
            what = f"shares with mean {self.mean:g} cannot have an sd of {self.sd:g}"
            raise PlaceError(("sd",), what, f"write less than {(self.mean * (1.0 - self.mean)) ** 0.5:.3g}")
        return self


class Rescue(Model):
    """A treatment added at the first visit at which a rule is met, once in a person.

    Attributes:
        when: see `rules.Rule`.
        give: regimen, its month 0 being that visit.
        arms: those in which it is given; by default every arm whose own regimen holds none of its drugs.
    """

    when: RuleText
    give: RegimenText
    arms: tuple[str, ...] = ()
