"""What the person page shows for a form: forecast, complaints, and the sentences that rows have changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from osteocast.errors import OsteocastError
from osteocast.people.person import Person
from osteocast.regimen import Regimen
from osteocast.report import view as report
from osteocast.report.blocks import Section
from osteocast.report.charts import style_number
from osteocast.report.levels import Said
from osteocast.report.merge import letter
from osteocast.report.twin_forecast import ends
from osteocast.report.twin_known import flags_section, pairs_section
from osteocast.web import cases, drawing, fields, forms, items, persons
from osteocast.web.drawing import Drawn
from osteocast.web.forms import Filled
from osteocast.web.items import Row
from osteocast.web.moving import Moved, moved
from osteocast.web.persons import Checked
from osteocast.web.risks import Risks, risks
from osteocast.web.workbench import DRAGGED, RELEASED, Block, Workbench


@dataclass
class View:
    """Everything the templates of the person page read.

    Attributes:
        filled: the form.
        checked: what it amounts to.
        rewritten: strategies, by field, whose sentence their rows have changed.
        blocks: forecast of each strategy.
        now: the case as of the day of the last result; None without a forecast.
        before: the first strategy without the later results; None where nothing came later.
        measured: what the inference says: flags and pairs of scans; None without a forecast.
        extra: complaints beside those of the form.
        draws: how many.
    """

    filled: Filled
    checked: Checked
    rewritten: Mapping[str, str] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    now: Moved | None = None
    before: Block | None = None
    measured: Mapping[str, Any] | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    draws: int = 0

    @property
    def values(self) -> Mapping[str, str]:
        """What was typed."""
        return self.filled.values

    @cached_property
    def errors(self) -> dict[str, str]:
        """Every complaint by field."""
        return {**self.checked.errors, **self.extra}

    @property
    def link(self) -> str:
        """The case as the fragment of a link."""
        return cases.packed(self.filled.case)

    @property
    def started(self) -> bool:
        """Whether anything was filled in that is worth keeping."""
        return bool(self.filled.table)

    @property
    def strategies(self) -> list[int]:
        """Numbers of the strategies in the form, at least one."""
        found = [n for n in range(fields.MOST_STRATEGIES) if f"strategy-{n}" in self.values]
        return found or [0]

    def rows(self, kind: str) -> list[int]:
        """Numbers of the rows of a kind."""
        return self.filled.rows(kind)

    def opened(self, kind: str, number: int) -> bool:
        """Whether a folded part of a row holds what must be seen: a density in place of a T-score, or a complaint."""
        names = [f"{kind}-{number}-{one.name}" for one in fields.ROWS[kind] if one.extra]
        density = f"{kind}-{number}-bmd_g_cm2"
        return bool(self.values.get(density)) or any(name in self.errors for name in names)

    def place(self, number: int) -> int | None:
        """Where the forecast of a strategy stands in the charts, from 0; None where the field is empty.

        Strategies that say the same are forecast once and share a letter; one that cannot be read keeps its own.
        """
        name, given = f"strategy-{number}", self.filled.strategies
        if name not in given:
            return None if given or number != self.strategies[0] else 0
        said = {one: self.checked.strategies.get(one, text) for one, text in given.items()}
        return list(dict.fromkeys(said.values())).index(said[name])

    def letter(self, number: int) -> str:
        """The letter of a strategy in the charts; empty where the field is."""
        place = self.place(number)
        return "" if place is None else letter(place)

    def style(self, number: int) -> int:
        """The line style of a strategy in the charts."""
        return style_number(self.place(number) or 0)

    def sentence(self, number: int) -> str:
        """A strategy as it stands in its field."""
        return self.rewritten.get(f"strategy-{number}", self.values.get(f"strategy-{number}", ""))

    def said(self, number: int) -> str:
        """The sentence that the rows of a strategy are made from."""
        return " ".join(self.sentence(number).split()) if f"strategy-{number}" in self.checked.strategies else ""

    def items(self, number: int) -> list[Row]:
        """The rows of a strategy, one a drug."""
        regimen = self.checked.strategies.get(f"strategy-{number}")
        return [] if regimen is None else items.rows(number, regimen)

    def item(self, name: str, value: str) -> str:
        """What a field of a row shows: what was typed while the rows of its strategy have a complaint."""
        strategy = name.rsplit("-", 2)[0]
        wrong = any(one.startswith(f"{strategy}-") for one in self.errors)
        return self.values.get(name, value) if wrong else value

    @property
    def slots(self) -> list[str]:
        """Fields that may have a complaint, whether they have one now or not."""
        found = [one.name for one in (*fields.PERSON, *fields.MORE)]
        found += [f"history-{one.name}" for one in fields.HISTORY] + ["form", "file", "years"]
        for kind, parts in fields.ROWS.items():
            found += [f"{kind}-{number}-{one.name}" for number in self.rows(kind) for one in parts]
        found += [f"strategy-{number}" for number in self.strategies]
        return found

    @cached_property
    def head(self) -> tuple[str, list[str]]:
        """The person in a few words."""
        from osteocast.people.files import person_to_dict

        person = self.person
        table = person_to_dict(person) | {"menopause_age": person.age_at_menopause, "name": None}
        table["history"] = {name: value for name, value in table["history"].items() if value}
        return report.who(table)

    @property
    def person(self) -> Person:
        """The person as of the day of the last result."""
        assert self.now is not None
        return self.now.person

    @cached_property
    def charts(self) -> list[Drawn]:
        """Density, markers, hormones."""
        return drawing.charts(self.blocks, self.person)

    @property
    def timeline(self) -> str:
        """When what was measured; empty where nothing was."""
        person = self.checked.person
        if person is None or not person.results:
            return ""
        return drawing.timeline(person, self.now.months if self.now else 0.0)

    @cached_property
    def narrowing(self) -> list[Drawn]:
        """The forecast before and after the later results."""
        if self.before is None or self.now is None:
            return []
        return list(drawing.narrowing(self.before, self.blocks[0], self.person, self.now.months))

    @cached_property
    def legend(self) -> list[tuple[str, int, str, str]]:
        """Letter, style, sentence and support of each strategy."""
        return [
            (letter(k), style_number(k), str(one["regimen"]), str(one["support"]["class"]))
            for k, one in enumerate(self.blocks)
        ]

    @cached_property
    def ends(self) -> list[Said]:
        """Where each strategy leads, in a sentence."""
        result = {"strategies": self.blocks}
        return list(ends(result, drawing.SITES[:1]))

    @cached_property
    def risks(self) -> Risks | None:
        """Fractures and harms of 1,000 people."""
        return risks(self.blocks)

    @cached_property
    def sections(self) -> list[Section]:
        """What the measurements say: whether a loss is real, and what does not fit."""
        if self.measured is None:
            return []
        found = []
        if self.measured["scan_pairs"] or self.measured["marker_pairs"]:
            found.append(pairs_section(self.measured))
        if self.measured["flags"]:
            found.append(flags_section(self.measured))
        return found


def filled_of(values: Mapping[str, str]) -> tuple[Filled, dict[str, str], Checked]:
    """The form, the sentences that its rows changed, and what it all amounts to."""
    rewritten = items.sentences(values)
    filled = forms.read({**values, **rewritten})
    filled.errors.update(items.complaints(values))
    return filled, rewritten, persons.check(filled)


def dragged(bench: Workbench, values: Mapping[str, str]) -> View | None:
    """The charts while something is dragged; None where the form cannot be used."""
    filled, rewritten, checked = filled_of(values)
    try:
        return _forecast(bench, View(filled, checked, rewritten), DRAGGED)
    except OsteocastError:
        return None


def released(bench: Workbench, values: Mapping[str, str], extra: Mapping[str, str] | None = None) -> View:
    """Everything, for a form that was let go."""
    filled, rewritten, checked = filled_of(values)
    view = View(filled, checked, rewritten, extra=extra or {})
    try:
        return _forecast(bench, view, RELEASED) or view
    except OsteocastError as error:
        name = persons.field_of(error.where, checked.strategies)
        view.extra = {**view.extra, name: persons.sentence(error)}
        return view


def _forecast(bench: Workbench, view: View, draws: int) -> View | None:
    """The view with its forecast; None where there is nobody to forecast, or something has to be corrected first.

    A strategy that cannot be read is not left out: the next would take its letter, and count as what was taken.
    """
    checked, years = view.checked, view.filled.years
    if checked.person is None or checked.errors:
        return None
    chosen = tuple(dict.fromkeys(checked.strategies.values())) or (Regimen(),)
    view.draws = draws
    bench.fits(checked.person, chosen)
    view.now = moved(checked.person, chosen)
    view.blocks = tuple(bench.strategies(view.now.person, view.now.strategies, years, draws))
    if draws == RELEASED:
        view.measured = bench.measured(view.now.person, draws)
        if view.now.before is not None:
            view.before = bench.strategies(view.now.before, chosen[:1], years, draws)[0]
    return view
