"""Tables of the page on parameters, from their records and the fit."""

from __future__ import annotations

import json
import math

from _markdown import anchor, code, link, signed, table

from osteocast.explain.wording import figure, interval
from osteocast.parameters.registry import parameters, posterior
from osteocast.parameters.schema import BASES, Parameter
from osteocast.people.sample import SPREAD

UNMOVED = 0.2
"""Below this share of the prior's variance removed, the data are said not to have spoken."""
FAR = 1.5
"""Prior standard deviations beyond which a fitted value is listed as moved far."""


def value_of(one: Parameter) -> str:
    unit = "" if one.unit == "1" else " " + one.unit
    if one.fitted is not None:
        return figure(one.fitted) + unit
    if len(set(one.values.values())) == 1:
        return figure(one.values["female"]) + unit
    return f"{figure(one.values['female'])}{unit} (women), {figure(one.values['male'])} (men)"


def informed(one: Parameter) -> float:
    """Share of the prior's variance that the data removed."""
    return 1.0 - ((one.fitted_log_sd or one.prior_log_sd) / one.prior_log_sd) ** 2


def _named(one: Parameter) -> str:
    unit = "" if one.unit == "1" else f" [{one.unit}]"
    return f'<span id="{anchor(one.name)}"></span>{code(one.name)}{unit}<br>{one.title}'


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
    return table(head, rows)


def fixed_table(basis: str) -> str:
    """Parameters that are not fitted."""
    rows = [(_named(one), f"**{_bare(one)}**", _bounds(one), _people(one), _source(one)) for one in _of(basis)]
    return table(("name [unit]", "value", "bounds", "between people", "source"), rows)


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
    rows = [(link(one.name), one.title, f"{100 * informed(one):.0f} %") for one in quiet]
    edge = [one for one in _of("fitted") if one.fitted is not None and _near_a_bound(one)]
    text = table(("parameter", "what it is", "informed"), rows)
    if edge:
        listed = "; ".join(f"{link(one.name)} ({value_of(one)}, bounds {_bounds(one)})" for one in edge)
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
            found.append((link(one.name), one.title, prior, value, signed(shift)))
    return table(("parameter", "what it is", "prior", "fitted", "prior sd away"), found)


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
    return table(("what", "sd", "form"), rows)
