"""Fills the parts of the pages that come from the code: equations, parameters, agreement with published results.

A page holds a line such as `<!-- build: equations cells.rankl -->`; at build time it is replaced by what the
function of that name below returns. Nothing that stands in a record of the package is typed by hand here.

Agreement is read from `docs/_build/validate.json` where `osteocast validate --out docs/_build` has written it, else
from the errors on density that the package stores.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import _claims_tables
import _guidance_tables
import _people_tables
import _speed_tables
import _ten_year_tables

from osteocast.calibration.command import GROUPS_NOT_FITTED
from osteocast.calibration.fractures import RESULTS as FRACTURES
from osteocast.drugs.catalogue import catalogue
from osteocast.evidence.targets import BETWEEN_TRIAL_SD, CALIBRATION, Target, read_targets
from osteocast.exchange.compartments import compartments as compartments_by_number
from osteocast.explain import corrections, equations, symbolic
from osteocast.explain.wording import figure, interval, quality_words
from osteocast.fracture import POPULATIONS, ten_year, turnover
from osteocast.fracture.records import table as series
from osteocast.parameters.registry import parameters, posterior
from osteocast.parameters.schema import BASES, Parameter
from osteocast.people.sample import SPREAD
from osteocast.trials.published import obstacle

HERE = Path(__file__).parent
VALIDATED = HERE / "_build" / "validate.json"
STORED = CALIBRATION.parent / "model_errors.json"
MARK = re.compile(r"^<!-- build: (\w+) ?(.*?) *-->$", re.MULTILINE)
UNMOVED = 0.2
"""Below this share of the prior's variance removed, the data are said not to have spoken."""
FAR = 1.5
ONE_LINE = 90
"""An equation with more characters is drawn one term a line."""
QUANTITIES = {"LS_BMD": "spine", "TH_BMD": "total hip", "FN_BMD": "femoral neck", "radius_BMD": "one-third radius"}


def setup(app: Any) -> dict[str, Any]:
    """Sphinx's entry."""
    app.connect("source-read", lambda _app, _page, source: source.__setitem__(0, filled(source[0])))
    app.connect("env-get-outdated", lambda _app, env, *_: sorted(p for p in env.found_docs if _has_mark(env, p)))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _has_mark(env: Any, page: str) -> bool:
    return bool(MARK.search(Path(env.doc2path(page)).read_text(encoding="utf-8")))


def filled(text: str) -> str:
    """A page with every mark replaced."""
    return MARK.sub(lambda found: MAKERS[found[1]](*found[2].split()), text)


# ---- text


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") or " " for cell in cells) + " |"

    lines = [line(head), "|" + "---|" * len(head), *map(line, rows)]
    return "\n".join(lines) + "\n"


def _code(name: str) -> str:
    return f"`{name}`"


def _link(name: str) -> str:
    return f'<a href="parameters.html#{_anchor(name)}">{name}</a>'


def _anchor(name: str) -> str:
    return "par-" + name.replace("_", "-").lower()


def _minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")


def _signed(value: float) -> str:
    return _minus(f"{value:+.1f}")


# ---- equations


def mathml(line: symbolic.Line, printed: dict[str, str]) -> str:
    """One statement as MathML, which browsers draw by themselves."""
    import sympy
    from sympy.printing.mathml import MathMLPresentationPrinter

    class Printer(MathMLPresentationPrinter):  # type: ignore[misc]
        """Names as they are, upright, not taken apart at underscores."""

        def _print_Symbol(self, symbol: Any, style: str = "plain") -> Any:
            element = self.dom.createElement("mi")
            element.setAttribute("mathvariant", "normal")
            element.appendChild(self.dom.createTextNode(symbol.name))
            return element

        def _print_Function(self, call: Any) -> Any:
            row = self.dom.createElement("mrow")
            row.appendChild(self._print_Symbol(sympy.Symbol(call.func.__name__)))
            row.appendChild(self._operator("("))
            for i, argument in enumerate(call.args):
                if i:
                    row.appendChild(self._operator(","))
                row.appendChild(self._print(argument))
            row.appendChild(self._operator(")"))
            return row

        def _operator(self, sign: str) -> Any:
            element = self.dom.createElement("mo")
            element.appendChild(self.dom.createTextNode(sign))
            return element

    printer = Printer({"mul_symbol": "dot", "order": "none"})
    right = line.right.xreplace({sympy.Symbol(old): sympy.Symbol(new) for old, new in printed.items()})
    left = f"<mi>{line.left}</mi>"
    if line.left.startswith("d "):
        name = line.left[2 : line.left.index("/dt")]
        above = f"<mrow><mi mathvariant='normal'>d</mi><mspace width='0.15em'/><mi>{name}</mi></mrow>"
        left = f"<mfrac>{above}<mi>dt</mi></mfrac>"
    terms = sorted(sympy.Add.make_args(right), key=lambda term: term.could_extract_minus_sign())
    pieces = []
    for place, term in enumerate(terms):
        minus = term.could_extract_minus_sign()
        sign = "\N{MINUS SIGN}" if minus else "+" if place else ""
        pieces.append((f"<mo>{sign}</mo>" if sign else "", printer._print(-term if minus else term).toxml()))
    if len(line.text) <= ONE_LINE or len(pieces) == 1:
        return f"<math display='block'>{left}<mo>=</mo>{''.join(sign + term for sign, term in pieces)}</math>"
    rows = []
    for place, (sign, term) in enumerate(pieces):
        cells = ("", sign, term) if place else (left, "<mo>=</mo>" + sign, term)
        rows.append("<mtr>" + "".join(f"<mtd>{cell}</mtd>" for cell in cells) + "</mtr>")
    return f"<math display='block'><mtable displaystyle='true'>{''.join(rows)}</mtable></math>"


def equation_block(*ids: str) -> str:
    """Equations as the code has them, each with what it says of itself and the parameters that it reads."""
    parts = []
    for id_ in ids:
        one = equations.equation(id_)
        found = symbolic.written(id_)
        said = " ".join(one.doc.split("\n\nArgs")[0].split("\n\nReturns")[0].split())
        parts.append(f"`{one.id}`: {said}\n")
        if found is None:
            parts.append("```text\n" + "\n".join(symbolic.text(one)) + "\n```\n")
        else:
            drawn = "\n".join(mathml(line, dict(found.printed)) for line in found.lines)
            parts.append(f'```{{raw}} html\n<div class="equation">\n{drawn}\n</div>\n```\n')
        if one.parameters:
            known = parameters()
            said_of = [_in_short(known[name]) for name in one.parameters if name in known]
            own = [_code(name) for name in one.parameters if name not in known]
            if own:
                said_of.append(", ".join(own) + ": the person's own")
            parts.append("Reads " + "; ".join(said_of) + ".\n")
    return "\n".join(parts)


def _in_short(one: Parameter) -> str:
    return f"{_link(one.name)} = {_value(one)}"


def _value(one: Parameter) -> str:
    unit = "" if one.unit == "1" else " " + one.unit
    if one.fitted is not None:
        return figure(one.fitted) + unit
    if len(set(one.values.values())) == 1:
        return figure(one.values["female"]) + unit
    return f"{figure(one.values['female'])}{unit} (women), {figure(one.values['male'])} (men)"


# ---- parameters


def informed(one: Parameter) -> float:
    """Share of the prior's variance that the data removed."""
    return 1.0 - ((one.fitted_log_sd or one.prior_log_sd) / one.prior_log_sd) ** 2


def _named(one: Parameter) -> str:
    unit = "" if one.unit == "1" else f" [{one.unit}]"
    return f'<span id="{_anchor(one.name)}"></span>{_code(one.name)}{unit}<br>{one.title}'


def _source(one: Parameter) -> str:
    return f"{one.source}: {one.where} (`{one.quality}`)"


def _bounds(one: Parameter) -> str:
    return f"{figure(one.bounds[0])} to {figure(one.bounds[1])}"


def _people(one: Parameter) -> str:
    return figure(one.between_person_log_sd) if one.between_person_log_sd else ""


def fitted_table() -> str:
    """Parameters that the calibration set."""
    rows = []
    for one in _of("fitted"):
        low, high = interval(one.values["female"], one.prior_log_sd)
        prior = f"{figure(one.values['female'])} ({figure(low, 3)} to {figure(high, 3)})"
        value = "not yet"
        if one.fitted is not None and one.fitted_log_sd is not None:
            low, high = interval(one.fitted, one.fitted_log_sd)
            value = f"**{figure(one.fitted, 3)}** ({figure(low, 3)} to {figure(high, 3)})"
        rows.append(
            (_named(one), prior, value, f"{100 * informed(one):.0f} %", _bounds(one), _people(one), _source(one))
        )
    head = ("name [unit]", "prior", "fitted", "informed", "bounds", "between people", "prior's source")
    return _table(head, rows)


def fixed_table(basis: str) -> str:
    """Parameters that are not fitted."""
    rows = [(_named(one), f"**{_bare(one)}**", _bounds(one), _people(one), _source(one)) for one in _of(basis)]
    return _table(("name [unit]", "value", "bounds", "between people", "source"), rows)


def _bare(one: Parameter) -> str:
    values = [figure(value) for value in one.values.values()]
    return values[0] if len(set(values)) == 1 else f"{values[0]} (women), {values[1]} (men)"


def _of(basis: str) -> list[Parameter]:
    return [one for one in parameters().values() if one.basis == basis]


def parameter_counts() -> str:
    """How many there are, and how their sources were read."""
    every = list(parameters().values())
    kinds = ", ".join(f"{len(_of(basis))} {basis}" for basis in BASES)
    memory = sum(one.quality == "memory" for one in every)
    fit = posterior()
    rows = f" The calibration in force used {_fit_rows()} rows." if fit else ""
    return f"{len(every)} parameters: {kinds}. Of {memory} the source was not at hand (`memory`).{rows}\n"


def _fit_rows() -> int:
    from osteocast.parameters.registry import POSTERIOR

    return int(json.loads(POSTERIOR.read_text(encoding="utf-8"))["rows"])


def unmoved() -> str:
    """Fitted parameters on which the data said next to nothing, and those near a bound."""
    quiet = sorted((one for one in _of("fitted") if informed(one) < UNMOVED), key=informed)
    rows = [(_link(one.name), one.title, f"{100 * informed(one):.0f} %") for one in quiet]
    edge = [one for one in _of("fitted") if one.fitted is not None and _near_a_bound(one)]
    text = _table(("parameter", "what it is", "informed"), rows)
    if edge:
        listed = "; ".join(f"{_link(one.name)} ({_value(one)}, bounds {_bounds(one)})" for one in edge)
        text += f"\nFitted close to a bound: {listed}.\n"
    return text


def _near_a_bound(one: Parameter) -> bool:
    """Whether the 90 % interval reaches a bound."""
    low, high = interval(one.fitted or 1.0, one.fitted_log_sd or 0.0)
    return low < one.bounds[0] or high > one.bounds[1]


def far_from_prior() -> str:
    """Fitted parameters that ended more than 1.5 prior standard deviations from where they began."""
    found = []
    for one in _of("fitted"):
        shift = math.log((one.fitted or one.values["female"]) / one.values["female"]) / one.prior_log_sd
        if abs(shift) > FAR:
            prior, value = figure(one.values["female"]), figure(one.fitted or 0.0)
            found.append((_link(one.name), one.title, prior, value, _signed(shift)))
    return _table(("parameter", "what it is", "prior", "fitted", "prior sd away"), found)


def spread_table() -> str:
    """Spread inside a virtual sample."""
    words = {
        "age": ("age", "years, normal"),
        "menopause_share": ("years since menopause", "share of the mean, normal, cut at 2.5 sd"),
        "log_bmi": ("body mass index", "log-normal"),
        "log_e2": ("estradiol, where the row gives a mean", "log-normal"),
        "log_t": ("testosterone, where the row gives it", "log-normal"),
    }
    rows = [(words[name][0], figure(sd), words[name][1]) for name, sd in SPREAD.items()]
    return _table(("what", "sd", "form"), rows)


# ---- agreement with published results


@cache
def _simulated() -> tuple[dict[str, float], str]:
    """Simulated values by row, and where they come from."""
    if VALIDATED.exists():
        rows = json.loads(VALIDATED.read_text(encoding="utf-8"))["targets"]
        return {one["id"]: one["simulated"] for one in rows if one["simulated"] is not None}, "all quantities"
    if STORED.exists():
        rows = json.loads(STORED.read_text(encoding="utf-8"))["rows"]
        return {name: one["simulated"] for name, one in rows.items()}, "density only"
    return {}, "nothing stored"


def _compared(rows: Iterable[Target]) -> list[tuple[Target, float, float]]:
    """Rows with the simulated value and z."""
    values, _ = _simulated()
    found = []
    for row in rows:
        name, sd = row.text("id"), row.total_sd
        if name in values and sd > 0.0:
            found.append((row, values[name], (values[name] - row.observed) / sd))
    return found


def _what(row: Target) -> str:
    return QUANTITIES.get(row.text("quantity"), row.text("quantity").replace("_", " "))


def _months(row: Target) -> str:
    if row.text("measure") == "level":
        return f"{row.required('to_month'):g}"
    return f"{row.required('from_month'):g} to {row.required('to_month'):g}"


def _cells(row: Target, simulated: float, z: float) -> tuple[str, ...]:
    unit = row.text("unit")
    against = " (difference of arms)" if row.comparator is not None else ""
    return (
        f"{row.text('study')}{against}",
        f"{_what(row)}, {unit}",
        _months(row),
        _minus(f"{row.observed:g}") + f" ± {row.number('sd') or 0.0:g}",
        _minus(f"{simulated:.3g}"),
        _signed(z),
        quality_words(row.text("quality")),
    )


HEAD = ("study", "quantity", "months", "published ± se", "simulated", "z", "read as")


def evidence_table(group: str) -> str:
    """Published beside simulated, one group of rows."""
    rows = [row for row in read_targets() if row.text("group") == group]
    return _table(HEAD, [_cells(*one) for one in _compared(rows)])


def misfit_table() -> str:
    """Rows further than 1.5 off."""
    rows = [one for one in _compared(read_targets()) if abs(one[2]) > FAR]
    rows.sort(key=lambda one: -abs(one[2]))
    return _table(HEAD, [_cells(*one) for one in rows])


def agreement() -> str:
    """Root mean square of z and mean absolute error by kind."""
    rows = []
    kinds = (
        ("density", "density", "", "points"),
        ("marker", "marker", "", "points"),
        ("hormones in women", "hormone", "female", "points"),
        ("hormones in men", "hormone", "male", "own units"),
        ("kinetics", "kinetics", "", "own units"),
    )
    for title, kind, sex, unit in kinds:
        mine = [
            one for one in _compared(read_targets()) if one[0].kind == kind and one[0].text("sex").startswith(sex)
        ]
        if mine:
            between = "a tenth of the level" if sex == "male" else f"{BETWEEN_TRIAL_SD[kind]:g}"
            rms = math.sqrt(sum(z * z for *_, z in mine) / len(mine))
            error = sum(abs(value - row.observed) for row, value, _ in mine) / len(mine)
            largest = max(abs(z) for *_, z in mine)
            numbers = (between, f"{rms:.2f}", f"{largest:.1f}", f"{error:.2f} {unit}")
            rows.append((title, str(len(mine)), *numbers))
    head = ("kind", "rows", "between-trial sd", "root mean square of z", "largest |z|", "mean absolute error")
    return _table(head, rows)


def shown() -> str:
    """What the tables of agreement are made from."""
    return f"The tables hold {len(_compared(read_targets()))} rows ({_simulated()[1]}).\n"


def _why_not(row: Target) -> str:
    """Why a row is not fitted."""
    if row.text("group") == "fracture":
        return "fractures have a model of their own"
    return obstacle(row) or "restates a parameter"


def rows_by_group() -> str:
    """How many rows there are, are fitted and are kept out, by group."""
    groups: dict[str, list[Target]] = {}
    for row in read_targets():
        groups.setdefault(row.text("group"), []).append(row)
    table = []
    for name, rows in groups.items():
        open_ = [row for row in rows if obstacle(row) is None]
        fitted = [row for row in open_ if name not in GROUPS_NOT_FITTED and not row.follows_from_parameters]
        reasons = Counter(_why_not(row) for row in rows if row not in fitted)
        said = "; ".join(f"{count} {why}" if len(reasons) > 1 else why for why, count in reasons.items())
        table.append((name, str(len(rows)), str(len(fitted)), said))
    total = [str(sum(int(row[i]) for row in table)) for i in (1, 2)]
    return _table(("group", "rows", "fitted", "why the others are not"), [*table, ("all", *total, "")])


def qualities() -> str:
    """How the rows' sources were read."""
    rows = read_targets()
    words = {
        "fulltext": "the paper was read",
        "abstract": "the abstract was read",
        "label": "prescribing information was read",
        "secondary": "read in another source that quotes it",
        "derived": "computed here from printed numbers",
        "memory": "not seen; carries this label wherever it is shown",
    }
    counted = {name: sum(row.text("quality") == name for row in rows) for name in words}
    return _table(("quality", "means", "rows"), [(_code(n), words[n], str(counted[n])) for n in words])


def wrong_citations() -> str:
    """Citations that circulate wrongly."""
    rows = [(one["subject"], one["circulates"], one["correct"], one["checked"]) for one in corrections()]
    return _table(("about", "circulates as", "cite instead", "checked"), rows)


# ---- fractures


def fracture_results() -> str:
    """Published fracture results beside simulated ones, with what each effect is made of."""
    stored = json.loads(FRACTURES.read_text(encoding="utf-8"))["rows"]
    rows = []
    for target in read_targets():
        one = stored.get(target.text("id"))
        if one is None:
            continue
        low_high = "" if one["interval"] is None else " ({:g} to {:g})".format(*one["interval"])
        through = one["through"] or {}
        parts = [f"{through[name]:.2f}" if through else "" for name in ("density", "turnover", "unexplained")]
        arms = str(target.regimen) + (f" against {target.comparator}" if target.comparator is not None else "")
        what = one["quantity"].replace("_", " ").replace(" HR", "").replace(" RR", "")
        observed = f"{one['observed']:g}{low_high}"
        rows.append((one["study"], arms, what, observed, f"{one['simulated']:.3g}", *parts, one["role"]))
    head = ("study", "arms", "fracture", "published", "simulated", "through density", "through turnover",
            "unexplained", "role")  # fmt: skip
    return _table(head, rows)


def fracture_fit() -> str:
    """The one fitted number."""
    one = turnover.fitted()
    return f"{one.value:.2f} a standard deviation ({one.low95:.2f} to {one.high95:.2f})"


def ten_year_agreement() -> str:
    """Rank correlation and ratio by population, outcome and sex."""
    rows = []
    for population in POPULATIONS:
        every = ten_year.compare(population)
        chosen = [("both", "both", every)]
        for outcome in ("hip", "mof"):
            mine = [row for row in every if row.outcome == outcome]
            chosen.append((outcome, "both", mine))
            chosen += [(outcome, sex, [row for row in mine if row.sex == sex]) for sex in ("female", "male")]
        for outcome, sex, found in chosen:
            whole = ten_year.agreement(found)
            rest = ten_year.agreement([row for row in found if row.risk_factor != "parent_hip_fracture"])
            numbers = (whole["rank_correlation"], rest["rank_correlation"], whole["geometric_mean_ratio"])
            rows.append((population.replace("_", " "), outcome, sex, str(len(found)), *(f"{x:.2f}" for x in numbers)))
    head = (
        "incidence of",
        "outcome",
        "sex",
        "rows",
        "rank correlation",
        "without parent's hip",
        "geometric mean ratio",
    )
    return _table(head, rows)


def fracture_sources() -> str:
    """Every series behind the fracture rates."""
    files = {
        "incidence": ("population", "sex", "outcome"),
        "death": ("population", "sex"),
        "density": ("outcome", "site", "sex"),
        "turnover": ("name", "sex"),
        "factors": ("factor", "kind", "of", "density", "sex"),
    }
    rows = []
    for name, keys in files.items():
        for one in series(name, *keys).values():
            what = " ".join(filter(None, one.labels.values())).replace("_", " ")
            read_as = ", ".join(dict.fromkeys(one.qualities)) + (", borrowed" if one.borrowed else "")
            values = f"{one.values[0]:g}" + (f" to {one.values[-1]:g}" if len(one.values) > 1 else "")
            source = one.source + (f" ({one.borrowed})" if one.borrowed else "")
            rows.append((name, what, f"{values} {one.unit}", one.basis, read_as, source))
    return _table(("kind", "of", "value, youngest to oldest", "basis", "read as", "source"), rows)


# ---- drugs


def compartments() -> str:
    """Numbers of the column CMT."""
    rows = [(str(one.cmt), one.name, one.kind, one.unit) for one in compartments_by_number().values()]
    return _table(("CMT", "name", "kind", "unit of AMT, RATE or DV"), rows)


def cards() -> str:
    """What can be written in a regimen, and whether it acts."""
    rows = []
    for card in sorted(catalogue().values(), key=lambda one: (not one.actions, one.kind, one.name)):
        effect = "not modelled yet"
        if card.actions:
            acts = sorted({one["channel"] for one in card.actions["on"]})
            effect = ", ".join(map(_code, acts)) or "no effect"
        rows.append((card.name, _code(card.usual), effect))
    return _table(("name", "for example", "acts on"), rows)


MAKERS: dict[str, Callable[..., str]] = {
    "equations": equation_block,
    "fitted": fitted_table,
    "fixed": fixed_table,
    "counts": parameter_counts,
    "unmoved": unmoved,
    "moved": far_from_prior,
    "spread": spread_table,
    "evidence": evidence_table,
    "misfits": misfit_table,
    "agreement": agreement,
    "shown": shown,
    "groups": rows_by_group,
    "qualities": qualities,
    "corrections": wrong_citations,
    "cards": cards,
    "speed_peers": lambda: _speed_tables.peers(_table),
    "speed_growth": lambda: _speed_tables.growth(_table),
    "speed_floor": lambda: _speed_tables.floor(_table),
    "claims": lambda: _claims_tables.statements(_table),
    "claims_tally": _claims_tables.tally,
    "claims_unsaid": _claims_tables.unsaid,
    "claims_references": lambda: _claims_tables.references(_table),
    "glossary": lambda which: _claims_tables.glossary(_table, which),
    "people_margins": lambda: _people_tables.margins(_table),
    "people_shares": lambda: _people_tables.shares(_table),
    "people_links": lambda: _people_tables.links(_table),
    "fracture_results": fracture_results,
    "fracture_fit": fracture_fit,
    "ten_year": ten_year_agreement,
    "ten_year_ratios": lambda: _ten_year_tables.ratios(_table),
    "ten_year_factors": lambda: _ten_year_tables.factors(_table),
    "ten_year_limits": lambda: _ten_year_tables.limits(_table),
    "fracture_sources": fracture_sources,
    "compartments": compartments,
    "guidance_texts": lambda: _guidance_tables.texts(_table),
    "guidance_lines": lambda: _guidance_tables.lines(_table),
    "guidance_facts": lambda: _guidance_tables.facts(_table),
    "guidance_visits": lambda: _guidance_tables.visits(_table),
}
