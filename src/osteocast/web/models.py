"""What the JSON interface reads, with its limits; what comes back is the JSON of the command line."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from osteocast.people.person import HISTORY_KEYS
from osteocast.web.fields import MOST_ROWS

MOST_STRATEGIES = 8
Sentence = Annotated[str, Field(min_length=1, max_length=1000)]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Number = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]


class Strict(BaseModel):
    """No key that nobody reads, no text where a number belongs."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ScanIn(Strict):
    """One densitometry result."""

    site: Literal["lumbar_spine", "total_hip", "femoral_neck", "one_third_radius"]
    date: Day | None = None
    t_score: Number | None = None
    bmd_g_cm2: Number | None = None
    device: Literal["", "Hologic", "GE Lunar"] = ""
    cv_pct: Number | None = None


class ResultIn(Strict):
    """One hormone or marker."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    value: Number
    unit: Annotated[str, Field(max_length=40)] = ""
    date: Day | None = None
    below: bool = False


class PastIn(Strict):
    """What was taken before month 0."""

    regimen: Sentence
    continues: bool = False


class PersonIn(Strict):
    """A person, laid out as a person's file."""

    sex: Literal["female", "male"]
    age: Annotated[float, Field(ge=18, le=110)]
    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")] = "person"
    age_at_menopause: Number | None = None
    menopause: Literal["natural", "surgical", "chemotherapy", "premenopausal"] | None = None
    bmi: Number | None = None
    height_cm: Number | None = None
    calcium_mg_day: Number | None = None
    date: Day | None = None
    planned: Sentence | None = None
    scans: Annotated[list[ScanIn], Field(max_length=MOST_ROWS)] = []
    hormones: Annotated[list[ResultIn], Field(max_length=MOST_ROWS)] = []
    markers: Annotated[list[ResultIn], Field(max_length=MOST_ROWS)] = []
    past: Annotated[list[PastIn], Field(max_length=MOST_ROWS)] = []
    history: dict[Literal[HISTORY_KEYS], bool] = {}  # type: ignore[valid-type]  # the keys are known when this is read

    def table(self) -> dict[str, Any]:
        """As `people.files.person_from_dict` reads it."""
        return self.model_dump(exclude_none=True)


class Asked(Strict):
    """What every simulation is asked with."""

    person: PersonIn
    years: Annotated[int, Field(ge=1, le=20)] = 10
    draws: Annotated[int, Field(ge=10, le=2000)] = 300
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 2026


class StrategiesIn(Asked):
    """A person under several strategies; without any, the planned one beside `none`."""

    strategies: Annotated[list[Sentence], Field(max_length=MOST_STRATEGIES)] = []


class TwinIn(StrategiesIn):
    """The same from the person's own measurements."""

    rates: Annotated[list[Annotated[float, Field(ge=0, le=50)]], Field(max_length=10)] = [0, 2, 5]


class WhyIn(Asked):
    """One strategy, by default the planned one."""

    strategy: Sentence | None = None


class Problem(BaseModel):
    """What is wrong, where, why it matters, and what to write instead."""

    where: str
    what: str
    fix: str
    why: str = ""


class ProblemOut(BaseModel):
    """An answer to input that cannot be used."""

    error: Problem
