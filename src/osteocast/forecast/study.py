"""A published study simulated month by month: the same virtual people in every arm, beside what was printed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from osteocast.engine.schedule import misses_doses, require_modelled
from osteocast.errors import OsteocastError
from osteocast.evidence.targets import Target, read_targets
from osteocast.forecast import bands
from osteocast.forecast.simulation import Course, Job, simulate
from osteocast.model.assemble import SITES
from osteocast.people import checks
from osteocast.people.sample import Group, values
from osteocast.regimen import Regimen
from osteocast.text_files import read_text
from osteocast.trials.published import QUANTITIES, Arm, statistic
from osteocast.trials.validate import PEOPLE, person_numbers

KEYS = (
    "title", "study", "years", "off_treatment_from_month", "sex", "age", "years_since_menopause", "bmi", "people",
    "arms",
)  # fmt: skip
ARM_KEYS = ("label", "regimen")


@dataclass(frozen=True)
class Study:
    """What is simulated of a study.

    Attributes:
        title: heading of the page.
        name: how the names of its rows in the evidence table begin.
        group: the people.
        people: size of the virtual sample.
        months: output months.
        off_from: month at which treatment ends, or None.
        arms: label and regimen of each arm.
    """

    title: str
    name: str
    group: Group
    people: int
    months: np.ndarray
    off_from: float | None
    arms: tuple[tuple[str, Regimen], ...]


def load_study(path: Path) -> Study:
    """Read a study from a TOML file, such as `examples/atac-bone-substudy.toml`.

    Raises:
        OsteocastError: the file cannot be read, or something in it cannot be used.
    """
    example = "see examples/atac-bone-substudy.toml for the form"
    text = read_text(path, ending=".toml", expected="a study", name="the TOML file", example=example)
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        what, fix = f"this is not valid TOML: {error}", f"correct that line; {example}"
        raise OsteocastError(what, where=str(path), fix=fix) from None
    with checks.located(str(path)):
        return _study(table)


def _study(table: Mapping[str, Any]) -> Study:
    checks.only_keys(table, KEYS, "study")
    for key in ("title", "study", "sex", "age", "arms"):
        if key not in table:
            raise OsteocastError("is missing", where=key, fix=f"add {key} = ... above the first [[arms]]")

    def number(key: str, low: float, high: float, usual: float | None = None) -> float | None:
        return usual if key not in table else checks.number(table[key], key, low, high)

    blocks = table["arms"]
    if not isinstance(blocks, list) or not blocks or not all(isinstance(one, dict) for one in blocks):
        raise OsteocastError("there is no arm", where="arms", fix="begin each one with a line [[arms]]")
    arms = []
    for place, block in enumerate(blocks, start=1):
        with checks.located(f"[[arms]] {place}"):
            checks.only_keys(block, ARM_KEYS, "arm")
            regimen = Regimen.parse(block.get("regimen", ""))
            require_modelled(regimen)
            if misses_doses(regimen):
                raise OsteocastError(
                    "missed doses are not simulated in a study",
                    where="regimen",
                    fix="leave the adherence out; only that of daily tablets can be kept",
                )
            arms.append((checks.text(block.get("label"), "label"), regimen))
    group = Group(
        checks.choice(table["sex"], "sex", ("female", "male")),
        checks.number(table["age"], "age", 18.0, 110.0),
        number("years_since_menopause", -30.0, 60.0),
        number("bmi", 12.0, 70.0),
    )
    years, people = number("years", 1.0, 40.0, 10.0), number("people", 10.0, 20_000.0, float(PEOPLE))
    assert years is not None and people is not None
    return Study(
        checks.text(table["title"], "title"),
        checks.text(table["study"], "study"),
        group,
        int(people),
        np.arange(12.0 * years + 1.0),
        number("off_treatment_from_month", 0.0, 480.0),
        tuple(arms),
    )


def simulate_study(study: Study) -> dict[str, Any]:
    """Simulate a study.

    Args:
        study: its design.

    Returns:
        What `report.html.study_page` draws: per arm and site the course of the percent change, median and
        90 % interval of the people, and the published points, each with the statistic simulated for it.
    """
    table = values([study.group], person_numbers(study.people))
    jobs = []
    for _, regimen in study.arms:
        start = Arm(study.group, regimen).start_month
        jobs.append(Job(table, regimen, study.months, start))
    rows = [one for one in read_targets() if one.text("study").startswith(study.name) and one.kind == "density"]
    rows = [one for one in rows if one.text("measure") == "percent_change" and one.comparator is None]
    courses = simulate(jobs)
    arms = [
        {
            "label": label,
            "regimen": str(regimen),
            "sites": _sites(study, course, [r for r in rows if r.regimen == regimen]),
        }
        for (label, regimen), course in zip(study.arms, courses, strict=True)
    ]
    shown = [row for row in rows if any(row.regimen == regimen for _, regimen in study.arms)]
    return {
        "schema": 1,
        "title": study.title,
        "citation": "; ".join(dict.fromkeys(row.text("citation") for row in shown)),
        "quality": next((row.text("quality") for row in shown), ""),
        "notes": [
            f"{study.people} virtual people around the published means, the same ones in every arm; the bands "
            "hold differences between people, with the fitted parameters at their best values.",
            "Published points are those of the evidence table; bars are 1.96 standard errors.",
            *dict.fromkeys(row.text("note") for row in shown if row.text("note")),
        ],
        "off_treatment_from_month": study.off_from,
        "arms": arms,
    }


def _sites(study: Study, course: Course, rows: Sequence[Target]) -> dict[str, Any]:
    return {
        site: {
            "months": [int(month) for month in course.months],
            **bands.band_of(bands.change_pct(course.quantity[site])),
            "observed": list(_points(course, [row for row in rows if QUANTITIES[row.text("quantity")] == site])),
        }
        for site in SITES
    }


def _points(course: Course, rows: Sequence[Target]) -> Iterator[dict[str, Any]]:
    for row in rows:
        simulated = statistic(row, lambda _, name: (course.months, course.quantity[name]))
        yield {
            "month": row.required("to_month"),
            "from_month": row.required("from_month"),
            "value": row.observed,
            "sd": row.number("sd"),
            "quality": row.text("quality"),
            "simulated": round(float(simulated), 3),
        }
