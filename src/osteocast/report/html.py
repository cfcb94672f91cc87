"""Self-contained HTML pages: one file, no script, nothing loaded from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osteocast.report import figures, questions, view
from osteocast.report.blocks import unbroken
from osteocast.report.claims import claims_view
from osteocast.report.levels import DEFAULT, LEVELS, checked
from osteocast.report.people import people_view
from osteocast.report.published import published
from osteocast.report.replicate import replicate_view
from osteocast.report.study import study_view
from osteocast.report.trial import trial_view
from osteocast.report.words import DISCLAIMER, HORMONES, SITES, escaped, plain, plain_item, years

if TYPE_CHECKING:
    import jinja2

HERE = Path(__file__).parent


def environment(*folders: Path) -> jinja2.Environment:
    """Templates with everything escaped and stripped of outside addresses, except what we drew ourselves.

    Args:
        *folders: further folders of templates, which stand before those of the report.
    """
    import jinja2
    from markupsafe import Markup

    def finalize(value: Any) -> Any:
        return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader([*folders, HERE]),
        autoescape=True,
        finalize=finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["drawn"] = Markup
    made.filters["held"] = lambda text: Markup(unbroken(escaped(text)))
    made.globals["style"] = Markup((HERE / "style.css").read_text(encoding="utf-8"))
    made.globals["disclaimer"] = DISCLAIMER
    return made


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    """The report's own."""
    return environment()


def comparison_page(result: Mapping[str, Any]) -> str:
    """The report of `compare`: strategies side by side for one person.

    Args:
        result: what `osteocast compare --json` prints.

    Returns:
        A complete HTML document.

    Raises:
        OsteocastError: if the result holds no strategy or has another schema.
    """
    strategies = view.strategies_of(result)
    person = result.get("person") or {}
    head, facts = view.who(person)
    months = view.horizons(strategies)
    rest = [k for k in HORMONES if k != "E2_pmol_l"]
    return (
        _environment()
        .get_template("compare.html.j2")
        .render(
            head=head,
            facts=facts,
            draws=result.get("draws"),
            rows=view.rows(result),
            horizons=[years(m) for m in months],
            end=years(max(s["months"][-1] for s in strategies)),
            summary_sites=[SITES[s] for s in view.SUMMARY_SITES],
            crossing_sites=[SITES[s] for s in view.crossing_sites(strategies)],
            sites=figures.site_sections(strategies),
            markers=figures.marker_figures(strategies),
            estradiol=figures.hormone_figures(strategies, ["E2_pmol_l"]),
            hormones=figures.hormone_figures(strategies, rest),
            drugs=figures.drug_figures(strategies, result.get("units") or {}),
            cells=figures.level_figures(strategies, "cells"),
            bone=figures.level_figures(strategies, "bone"),
            published=published(strategies),
            filled=view.filled_rows(person),
            notes=[plain_item(note) for note in person.get("notes") or ()],
            questions=questions.questions(result),
            sources=[plain_item(s) for s in result.get("sources") or ()],
        )
    )


def twin_page(result: Mapping[str, Any], level: str = DEFAULT) -> str:
    """The report of `twin`: one person from their own measurements, at three reading levels.

    Args:
        result: what `osteocast twin --json` prints.
        level: the reading level that is shown first, one of `levels.LEVELS`.

    Returns:
        A complete HTML document.

    Raises:
        OsteocastError: if the result lacks what the report is about, or if there is no such level.
    """
    from osteocast.report.twin_document import twin_document

    chosen = checked(level)
    template = _environment().get_template("twin.html.j2")
    style = (HERE / "twin.css").read_text(encoding="utf-8")
    return template.render(doc=twin_document(result), level=chosen, levels=LEVELS, twin_style=style)


def people_page(result: Mapping[str, Any]) -> str:
    """The report of `people`: a sample of virtual people beside the targets it is drawn from.

    Args:
        result: what `osteocast people --json` prints.

    Returns:
        A complete HTML document.
    """
    return _environment().get_template("people.html.j2").render(**people_view(result))


def claims_page(result: Mapping[str, Any]) -> str:
    """What the source article states beside evidence and model, its references put right, and the glossary.

    Args:
        result: what `osteocast explain claims --json` prints.

    Returns:
        A complete HTML document.
    """
    return _environment().get_template("claims.html.j2").render(**claims_view(result))


def study_page(study: Mapping[str, Any]) -> str:
    """A published study beside its simulation, misses included.

    Args:
        study: title, citation, quality, notes, `off_treatment_from_month` and `arms`. An arm has a label, a
            regimen and, per site, the simulated course (`months`, `median`, `lo90`, `hi90`) and the published
            values (`observed`: month, value, sd, quality). A value that is a change since a later month names
            it in `from_month`; `simulated` beside it is the exact simulated statistic, if the caller has it.

    Returns:
        A complete HTML document.

    Raises:
        OsteocastError: if no arm has a simulated site.
    """
    return _environment().get_template("study.html.j2").render(**study_view(study))


def trial_page(result: Mapping[str, Any]) -> str:
    """A finished virtual trial: how far people differ, endpoints by arm, contrasts, published values beside.

    Args:
        result: what `trials.beside.page_data` gives.

    Returns:
        A complete HTML document.
    """
    return _environment().get_template("trial.html.j2").render(**trial_view(result))


def replicate_page(result: Mapping[str, Any]) -> str:
    """Published studies beside their replication.

    Args:
        result: what `trial replicate --json` prints.

    Returns:
        A complete HTML document.
    """
    return _environment().get_template("replicate.html.j2").render(**replicate_view(result))
