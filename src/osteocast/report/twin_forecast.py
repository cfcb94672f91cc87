"""The report of `twin`: what is forecast under each strategy, as charts, sentences and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from osteocast.report import view
from osteocast.report.blocks import (
    Block,
    Cell,
    Chart,
    Charts,
    Heading,
    Listing,
    More,
    Section,
    Table,
    cell,
    table,
    text,
)
from osteocast.report.charts import Reference, Series, line_chart, style_number
from osteocast.report.figures import (
    LOW,
    OSTEOPOROSIS,
    YEARS_FROM_TODAY,
    Measure,
    Write,
    change,
    describe,
    figure,
    find,
    one_decimal,
    value_at,
    yearly,
)
from osteocast.report.levels import Said, capital, fixed, say, term
from osteocast.report.merge import letter
from osteocast.report.scales import finite
from osteocast.report.words import number, years

SITES = ("lumbar_spine", "total_hip")
HORIZONS = (24, 60, 120)
NOTHING = "none"
Strategies = Sequence[Mapping[str, Any]]


class Quantity(NamedTuple):
    """What is shown of density at a site: the T-score, or the density where it has none."""

    key: str
    suffix: str
    write: Write
    references: tuple[Reference, ...]


T_SCORE = Quantity(
    "t_score",
    "",
    one_decimal,
    (Reference(LOW, f"T {number(LOW, 0)}"), Reference(OSTEOPOROSIS, f"T {number(OSTEOPOROSIS, 1)}")),
)
DENSITY = Quantity("bmd_g_cm2", "_density", lambda value: number(value, 3), ())


def quantity_of(strategies: Strategies, site: str) -> Quantity:
    """What is shown of a site: T-scores where every strategy has them."""
    return T_SCORE if all(find(one, ("sites", site, "t_score")) for one in strategies) else DENSITY


def regimen_words(result: Mapping[str, Any], k: int) -> Said:
    """A strategy in words: one that adds to the first says so."""
    names = [str(one["regimen"]) for one in result["strategies"]]
    if names[k] == NOTHING:
        return say("forecast.nothing")
    if k and names[0] != NOTHING and names[k].startswith(f"{names[0]} + "):
        return say("forecast.added", letter=letter(0), more=names[k].removeprefix(f"{names[0]} + "))
    return fixed(names[k])


def key_table(result: Mapping[str, Any]) -> Table:
    """The strategies with letter, what is taken and support."""
    rows = []
    planned = result["person"].get("planned")
    for k, one in enumerate(result["strategies"]):
        kind = str((one.get("support") or {}).get("class") or "unknown")
        mark = (say("forecast.planned"),) if planned and one["regimen"] == planned else ()
        rows.append(
            (
                Cell(fixed(""), letter=letter(k), style=style_number(k)),
                Cell(regimen_words(result, k), mark, tone="quoted"),
                cell(term("support", kind, kind), badge=kind),
            )
        )
    head = (say("forecast.letter"), say("forecast.regimen"), say("forecast.support"))
    return table(say("forecast.key"), head, tuple(rows), align="l", widths=(1, 6, 2))


def horizons(result: Mapping[str, Any]) -> list[int]:
    """Months that tables show beside today: 2, 5 and 10 years as far as the forecast reaches."""
    return view.horizons(result["strategies"])


def forecast_section(result: Mapping[str, Any]) -> Section:
    """Strategies, charts with 50 and 90 % bands, the same as tables."""
    strategies = result["strategies"]
    blocks: list[Block] = [text(say("forecast.intro")), key_table(result), *_warnings(result)]
    shown = [site for site in SITES if any(find(one, ("sites", site, "bmd_g_cm2")) for one in strategies)]
    blocks += [text(one) for one in ends(result, shown[:1])]
    blocks.append(Charts(tuple(_overlay(strategies, site) for site in shown)))
    blocks.append(Heading(say("forecast.bands")))
    blocks += [Charts(tuple(_one_each(strategies, site))) for site in shown]
    blocks += [_table(result, site) for site in shown]
    blocks += [
        More(say("forecast.years_table", site=term("site", site)), (_by_year(result, site),), on_paper=False)
        for site in shown
    ]
    return Section("forecast", say("section.forecast"), tuple(blocks))


def _warnings(result: Mapping[str, Any]) -> Iterator[Block]:
    """What speaks against a strategy, as the plan says it."""
    for k, one in enumerate(result["strategies"]):
        if warnings := one.get("warnings"):
            yield text(say("forecast.warning", letter=letter(k)), "warn")
            yield Listing(tuple(fixed(warning) for warning in warnings), tone="quoted")


def ends(result: Mapping[str, Any], sites: Sequence[str]) -> Iterator[Said]:
    """One sentence for each strategy and site: today and at the last horizon."""
    month = horizons(result)[-1]
    for site in sites:
        shown = quantity_of(result["strategies"], site)
        for k, one in enumerate(result["strategies"]):
            band = find(one, ("sites", site, shown.key))
            if band is None:
                continue
            i = one["months"].index(month)
            wanted = {"now": ("median", 0), "then": ("median", i), "lo": ("lo90", i), "hi": ("hi90", i)}
            given = {name: shown.write(value_at(band, *where)) for name, where in wanted.items()}
            yield capital(
                say(
                    f"forecast.end{shown.suffix}",
                    letter=letter(k),
                    site=term("site", site),
                    years=years(month),
                    **given,
                )
            )


def _overlay(strategies: Strategies, site: str) -> Chart:
    shown = quantity_of(strategies, site)
    heading = say(f"forecast.chart{shown.suffix}", site=term("site", site))
    label = "T-score" if shown is T_SCORE else "Density, g/cm²"
    measure = Measure(label, label, shown.write, references=shown.references)
    drawn = figure(strategies, ("sites", site, shown.key), measure, heading.intermediate)
    assert drawn is not None
    return Chart(heading, drawn.svg, heading.intermediate, fixed(drawn.note))


def _one_each(strategies: Strategies, site: str) -> Iterator[Chart]:
    """One chart a strategy with both bands, all on one scale."""
    shown = quantity_of(strategies, site)
    bands = [(k, one, find(one, ("sites", site, shown.key))) for k, one in enumerate(strategies)]
    values = [
        value
        for _, _, band in bands
        for key in ("lo90", "hi90")
        for value in (band or {}).get(key) or ()
        if value is not None and finite(value)
    ]
    for k, one, band in bands:
        if band is None:
            continue
        heading = say("forecast.chart_one", letter=letter(k), site=term("site", site))
        name = (letter(k), str(one["regimen"]))
        series = Series(
            letter(k),
            [month / 12 for month in one["months"]],
            band["median"],
            band.get("lo90") or (),
            band.get("hi90") or (),
            style_number(k),
            lo50=band.get("lo50") or (),
            hi50=band.get("hi50") or (),
        )
        about = describe([band], [one["months"]], [name], shown.write)
        svg = line_chart(
            [series],
            title=heading.intermediate,
            description=about,
            x_label=YEARS_FROM_TODAY,
            y_label="T-score" if shown is T_SCORE else "Density, g/cm²",
            reference_lines=shown.references,
            within=values,
        )
        yield Chart(heading, svg, about)


def _cells(one: Mapping[str, Any], site: str, shown: Quantity, month: int, *, style: int = 0) -> Cell:
    band, moved = find(one, ("sites", site, shown.key)), find(one, ("sites", site, "change_pct"))
    if band is None or month not in one["months"]:
        return cell("\N{EN DASH}")
    i = one["months"].index(month)
    small = []
    for key, low, high in (("fifty", "lo50", "hi50"), ("ninety", "lo90", "hi90")):
        lo, hi = value_at(band, low, i), value_at(band, high, i)
        if finite(lo) and finite(hi):
            small.append(say(f"forecast.{key}", lo=shown.write(lo), hi=shown.write(hi)))
    if moved and month:
        small.append(say("forecast.changed", change=change(value_at(moved, "median", i))))
    return cell(shown.write(value_at(band, "median", i)), *small, style=style)


def _table(result: Mapping[str, Any], site: str) -> Table:
    strategies, months = result["strategies"], [0, *horizons(result)]
    shown = quantity_of(strategies, site)
    rows = tuple(
        (
            Cell(fixed(""), letter=letter(k), style=style_number(k)),
            *(_cells(one, site, shown, month) for month in months),
        )
        for k, one in enumerate(strategies)
    )
    head = (say("forecast.letter"), *(year_words(month) for month in months))
    caption = capital(say(f"forecast.table{shown.suffix}", site=term("site", site)))
    return table(caption, head, rows, widths=(1, *(2.0 for _ in months)))


def _by_year(result: Mapping[str, Any], site: str) -> Table:
    """The table twin of the charts: every year, every strategy."""
    strategies = result["strategies"]
    shown = quantity_of(strategies, site)
    months = sorted({one["months"][i] for one in strategies for i in yearly(one["months"])})
    rows = tuple(
        (cell(year_words(month)), *(_cells(one, site, shown, month) for one in strategies)) for month in months
    )
    head = (fixed(""), *(fixed(letter(k)) for k in range(len(strategies))))
    caption = capital(say(f"forecast.table{shown.suffix}", site=term("site", site)))
    return table(caption, head, rows, widths=(1, *(2.0 for _ in strategies)))


def year_words(month: int) -> Said:
    """The head of a column of one month."""
    return say("forecast.year", year=years(month)) if month else say("forecast.today")
