"""A trial's design and results as plain text: arms and visits along one axis of months, tables of endpoints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from osteocast.drugs.catalogue import card
from osteocast.regimen import Regimen
from osteocast.regimen.units import MONTH_DAYS

if TYPE_CHECKING:
    from osteocast.regimen.items import Item
    from osteocast.trials.design import Design, Endpoint

WIDTH, NAMES = 54, 22
"""Columns of the axis and of the names before it."""
DAILY, DOSE, NOTHING, VISIT = "=", "!", ".", "v"
SAME = ("quantity", "month", "from_month", "measure")
"""What tells endpoints apart."""
SPARSE_DAYS = 20.0
"""Doses further apart are drawn one by one."""


def design_lines(design: Design) -> Iterator[str]:
    """The design, line by line."""
    yield design.title
    yield ""
    yield from population_lines(design)
    yield ""
    yield from timeline(design)
    yield ""
    yield from follow_up_lines(design)
    yield ""
    yield "Endpoints"
    yield from (f"  {endpoint_words(one)} ({one.analysis})" for one in design.endpoints)


def population_lines(design: Design) -> Iterator[str]:
    """Whom the trial takes."""
    people = design.population
    yield f"{'Women' if people.sex == 'female' else 'Men'}, {design.n:,} in all, seed {design.seed}"
    for name, one in people.given.items():
        told = {"": one} if isinstance(one, float) else one.model_dump()
        words = ", ".join(f"{key} {value:g}".strip() for key, value in told.items() if value is not None)
        yield f"  {name.replace('_', ' ')}: {words}"
    yield from (f"  only {rule}" for rule in people.inclusion)
    if people.assumed_correlations != 1.0:
        yield f"  assumed correlations times {people.assumed_correlations:g}"


def timeline(design: Design) -> Iterator[str]:
    """Visits and treatment of each arm along the months."""
    last = design.visits_month[-1]
    labels, marks = [" "] * (WIDTH + 6), [" "] * WIDTH
    end = -1
    for month in design.visits_month:
        at = _place(month, last)
        marks[at] = VISIT
        text = f"{month:g}"
        if at > end:
            labels[at : at + len(text)] = text
            end = at + len(text)
    yield f"{'month':<{NAMES}} {''.join(labels).rstrip()}"
    yield f"{'visit':<{NAMES}} {''.join(marks)}"
    shares = sum(arm.share for arm in design.arms)
    for arm in design.arms:
        reference = ", reference" if arm.name == design.reference_arm and len(design.arms) > 1 else ""
        share = "everybody" if design.every_arm else f"{100.0 * arm.share / shares:.0f} %"
        yield f"{arm.label or arm.name} ({share}{reference}): {arm.regimen}"
        yield from (
            f"  {card(item.card_id).name[: NAMES - 2]:<{NAMES - 2}} {bar(item, last)}" for item in arm.regimen.items
        )
        if not arm.regimen.items:
            yield f"  {'none':<{NAMES - 2}} {NOTHING * WIDTH}"
    if design.background.items:
        yield f"in every arm: {design.background}"
    yield f"{DAILY} treatment   {DOSE} single dose   {NOTHING} none   {VISIT} visit"


def bar(item: Item, last: float) -> str:
    """One item along the months."""
    cells = [NOTHING] * WIDTH
    for course in Regimen((item,)).courses():
        if not course.continuous and (course.interval_day == 0.0 or course.interval_day > SPARSE_DAYS):
            for day in course.days(last * MONTH_DAYS + 1.0):
                cells[_place(day / MONTH_DAYS, last)] = DOSE
            continue
        stop = last if course.last_day is None else min(course.last_day / MONTH_DAYS, last)
        first = course.start_day / MONTH_DAYS
        for at in range(WIDTH):
            if first <= (at + 0.5) * last / WIDTH < stop:
                cells[at] = DAILY
    return "".join(cells)


def _place(month: float, last: float) -> int:
    return min(int(month / last * WIDTH), WIDTH - 1)


def follow_up_lines(design: Design) -> Iterator[str]:
    """What is measured, and what happens to people."""
    scans = [f"{site} {design.scanner.noise_pct(site):g} %" for site in _sites(design)]
    if scans:
        yield f"Scanner {design.scanner.device}, precision {', '.join(scans)}"
    if design.assays:
        yield "Assays, coefficient of variation: " + ", ".join(
            f"{name} {cv:g} %" for name, cv in design.assays.items()
        )
    for words, rate in (("Lost to follow-up", design.dropout), ("Treatment ended early", design.discontinuation)):
        if rate.yearly or rate.by_arm:
            arms = "".join(f", {name} {yearly:g}" for name, yearly in rate.by_arm.items())
            yield f"{words}: {rate.yearly:g} a person-year{arms}"
    if design.missed_visits:
        yield f"Visits missed: {100.0 * design.missed_visits:g} %"
    yield f"Deaths: {'as in the life table' if design.death else 'none'}; fractures: {_yes(design.fractures)}; " + (
        f"adherence: {_adherence(design)}"
    )
    for one in design.rescue:
        where = [name for name in design.arm_names if one in design.rescues_of(name)]
        yield f"Rescue in {', '.join(where) or 'no arm'}: {one.give}, when {one.when}"


def _yes(on: bool) -> str:
    return "by the fracture model" if on else "not counted"


def _adherence(design: Design) -> str:
    one = design.adherence
    if one.kind == "spread":
        return f"{one.mean:g} (sd {one.sd:g}) of oral doses"
    return "as in the population" if one.kind == "population" else "as the regimen says"


def _sites(design: Design) -> list[str]:
    from osteocast.trials.quantities import QUANTITIES, site_of

    return list(dict.fromkeys(site_of(name) for name in design.quantities if not QUANTITIES[name].assay))


def endpoint_words(one: Endpoint | Mapping[str, Any]) -> str:
    """An endpoint in words, such as `lumbar spine, percent change, month 0 to 24`."""
    get = one.get if isinstance(one, Mapping) else lambda key: getattr(one, key)
    quantity, month, start = str(get("quantity")).replace("_", " "), get("month"), get("from_month")
    measure = get("measure")
    when = f"month {month:g}" if measure == "level" else f"month {start:g} to {month:g}"
    return f"{quantity}, {str(measure).replace('_', ' ')}, {when}"


def result_table(result: Mapping[str, Any]) -> Any:
    """Arms and contrasts as a table of `rich`.

    Args:
        result: `arms` and `contrasts`, as `trial run --json` prints them.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("endpoint", overflow="fold")
    table.add_column("arm", overflow="fold")
    for name in ("n", "estimate", "95 % interval"):
        table.add_column(name, justify="right", overflow="fold")  # a narrow terminal breaks lines, and cuts no digit
    contrasts = list(result["contrasts"])
    for place, first in enumerate(result["arms"][0]["endpoints"] if result["arms"] else ()):
        for number, arm in enumerate(result["arms"]):
            one = arm["endpoints"][place]
            middle = one["median"] if str(one.get("interval", "")).startswith("median") else one["mean"]
            words = endpoint_words(first) if number == 0 else ""
            table.add_row(Text(words), Text(arm["name"]), f"{one['n']:,}", _number(middle), _interval(one))
        same = [
            one
            for one in contrasts
            if all(one[key] == first[key] for key in ("quantity", "month", "from_month", "measure"))
        ]
        for one in same:
            what = Text(" minus ".join(one["arms"]))
            table.add_row("", what, "", _number(one["difference"]), _interval(one), style="dim")
    return table


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:+.4g}".replace("-", "\N{MINUS SIGN}")


def _interval(one: Mapping[str, Any]) -> str:
    return "" if one["lo95"] is None else f"{_number(one['lo95'])} to {_number(one['hi95'])}"
