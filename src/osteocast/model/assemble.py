"""The whole mechanism: which state follows which, from exposure to density.

Data flow one way: drug exposure -> hormones -> estrogen deficit -> cells -> bone -> what a clinic measures.
Every state is a production and a fractional loss, x' = production - loss x, listed here in causal order: a
state reads what stands before it, and its own value; only the pools of bisphosphonate also read cells that stand
after them. A reference solver and the fast engine read the same lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

from osteocast.model import (
    androgen_action,
    antiresorptives,
    axis,
    bone,
    cells,
    estrogen_action,
    markers,
    mineral,
    steroids,
)
from osteocast.model.maths import Number

SITES = ("lumbar_spine", "total_hip", "femoral_neck", "one_third_radius")

DRIVES = {
    "competitor": "I/Ki of reversible aromatase inhibitors [1]",
    "inactivator": "destruction of aromatase by a suicide inhibitor [1/day]",
    "modulator": "receptor modulators in units of their affinity [1]",
    "modulator_agonism": "the same times intrinsic activity [1]",
    "estradiol_input": "estradiol reaching the circulation [nmol/day]",
    "testosterone_input": "testosterone reaching the circulation [nmol/day]",
    "estrone_input": "estrone made from swallowed estradiol [nmol/day]",
    "estrogen_equivalent": "other estrogens, as free estradiol of the same effect [nmol/L]",
    "shbg_stimulus": "log rise of SHBG from swallowed estrogen [1]",
    "suppression": "GnRH drugs, 1 halves gonadal function [1]",
    "gonad_removed": "1 after removal of both gonads [1]",
    "calcium": "calcium taken beyond the usual diet [mg/day]",
    "vitamin_d": "rise of 25-hydroxyvitamin D [nmol/L]",
    "loading": "mechanical load beyond usual life from exercise [share]",
    "protein": "protein eaten beyond the usual diet [g/day]",
    "bisphosphonate_loose": "bisphosphonate reaching bone to be bound loosely [effect/day]",
    "bisphosphonate_tight": "bisphosphonate reaching bone to be bound tightly [effect/day]",
    "antibody_input": "antibody against RANKL entering plasma [nmol/L/day]",
}
"""What regimens can do to a person: exposure channels, each a sum over courses of concentration x weight."""

REPORTED = (
    *SITES,
    *("trabecular", "cortical", "spine_trabecular", "remodelling_space", "sCTX", "uNTX", "P1NP", "BSAP"),
    *("rankl", "opg", "osteoclasts", "osteoblasts", "osteocytes", "sclerostin"),
    *("E2", "E1", "E1S", "T", "LH", "whole_body_aromatisation", "antibody", "bisphosphonate"),
)
"""What `observed` gives and a run returns unless asked for less."""

LINEAR = ("bisphosphonate_loose", "bisphosphonate_tight", "antibody_input")
"""Channels that enter nothing but the production of one state: their mean is all that counts."""

Balance = Callable[[Any, Any], tuple[Number, Number]]


class State(NamedTuple):
    """One state: its name, and the function that gives production and loss."""

    name: str
    balance: Balance


class Site(NamedTuple):
    """What differs between skeletal sites."""

    share: Number
    trabecular_turnover: Number
    cortical_turnover: Number
    endocortical: Number


def site(name: str, seen: Any, p: Any) -> Site:
    """The parameters of one site; the person's own pace of turnover scales them all."""
    pace = bone.pace(seen, p)
    return Site(
        share=getattr(p, f"{name}_share"),
        trabecular_turnover=getattr(p, f"{name}_turnover") * pace,
        cortical_turnover=p.cortical_turnover * pace,
        endocortical=getattr(p, f"{name}_endocortical"),
    )


def _trabecular(name: str) -> Balance:
    def balance(seen: Any, p: Any) -> tuple[Number, Number]:
        return bone.trabecular(seen, p, site(name, seen, p).trabecular_turnover, getattr(seen, f"{name}_trabecular"))

    return balance


def _cortical(name: str) -> Balance:
    def balance(seen: Any, p: Any) -> tuple[Number, Number]:
        here = site(name, seen, p)
        volume = getattr(seen, f"{name}_cortical")
        return bone.cortical(seen, p, here.cortical_turnover, here.endocortical, volume)

    return balance


VOLUMES = {"trabecular": _trabecular, "cortical": _cortical}
"""The two kinds of bone: each gives the balance of its volume at the site of a name."""


AXIS: tuple[State, ...] = (State("set_point", axis.set_point), State("lh", axis.lh))
"""Pituitary and its set point: stepped first, since hormones follow from them at every instant."""

STORES: tuple[State, ...] = (
    State("calcium_store", mineral.calcium_store),
    State("bound_loosely", antiresorptives.bound_loosely),
    State("bound_tightly", antiresorptives.bound_tightly),
    State("buried", antiresorptives.buried),
)
"""Mineral and drug that bone holds."""

RESORBING: tuple[State, ...] = (
    State("antibody", antiresorptives.antibody),
    State("precursors", cells.precursors),
    State("fusing", cells.fusing),
    State("osteoclasts", cells.osteoclasts),
)
"""What an antibody against RANKL turns within days, first of all the antibody itself, whose loss bends with its
level: where there is one, these states take short steps."""

FORMING: tuple[State, ...] = (
    State("reversal", cells.reversal),
    State("osteoblasts", cells.osteoblasts),
    State("osteocytes", cells.osteocytes),
    State("late_osteoblasts", markers.late_osteoblasts),
    State("young_bone", bone.young_bone),
    State("scaffold", bone.scaffold),
)
"""What follows, in months and years, at all sites alike."""

CASCADE: tuple[State, ...] = (
    *STORES,
    *RESORBING,
    *FORMING,
    *(State(f"{name}_{kind}", balance(name)) for kind, balance in VOLUMES.items() for name in SITES),
)
"""All states behind the hormones."""

STATES = tuple(state.name for state in (*AXIS, *CASCADE))

EMPTY = ("calcium_store", "antibody", "bound_loosely", "bound_tightly", "buried")
YOUNG_ADULT = {name: (0.0 if name in EMPTY else 1.0) for name in STATES}
"""Where every life starts: a steady state by construction."""


def pituitary(drive: Any, t_d: Number, seen: Any, p: Any) -> dict[str, Number]:
    """What drives the states of `AXIS` at one instant; their *mean* over a step enters that step.

    Args:
        drive: record with every name of `DRIVES`.
        t_d: days from month 0.
        seen: `lh` and `set_point`.
        p: parameters and the person's own values.

    Returns:
        `feedback` [1], `lh_rise` [fold of usual], `lh_pace` [1].
    """
    level = steroids.levels(drive, t_d, seen.lh, p)
    signal = axis.feedback(level.free_e2, level.free_t, p)
    target, steepness = axis.lh_response(signal, seen.set_point, drive.suppression, p)
    testis_share = axis.feedback(level.testis_e2, level.testis_t, p) / signal
    slope = steepness * testis_share * axis.leydig_steepness(seen.lh, p)
    pace = 1.0 + slope
    return {"feedback": signal, "lh_rise": pace * axis.lh_balance(seen.lh, target, slope), "lh_pace": pace}


def forcing(drive: Any, t_d: Number, seen: Any, p: Any) -> dict[str, Number]:
    """What drives the cells at one instant: the quantities whose *mean* over a step enters that step.

    Args:
        drive: record with every name of `DRIVES`.
        t_d: days from month 0.
        seen: `lh`.
        p: parameters and the person's own values.

    Returns:
        `estrogen_deficit`, `androgen_deficit` [1], `pth` [1], and the channels that reach cells as they are.
    """
    level = steroids.levels(drive, t_d, seen.lh, p)
    lack = estrogen_action.deficit(
        level.free_e2 + drive.estrogen_equivalent, drive.modulator, drive.modulator_agonism, p
    )
    inputs = ("loading", "protein", *LINEAR)
    return {
        "estrogen_deficit": lack,
        "androgen_deficit": androgen_action.shortfall(level.free_t, p),
        "pth": mineral.pth(drive, p),
    } | {name: getattr(drive, name) for name in inputs}


def blockade(seen: Any, p: Any) -> dict[str, Number]:
    """What an antibody against RANKL does at one instant.

    Args:
        seen: `antibody`.
        p: parameters and the person's own values.

    Returns:
        `rankl_left`, `starving` [1].
    """
    return {
        "rankl_left": antiresorptives.rankl_free(seen, p),
        "starving": antiresorptives.starvation(seen, p),
    }


def slow(t_d: Number, p: Any) -> dict[str, Number]:
    """What changes over years: age [years]."""
    return {"age": p.age + t_d / axis.DAYS_PER_YEAR}


def rates(t_d: Number, state: Mapping[str, Number], drive: Any, p: Any) -> dict[str, Number]:
    """The mechanism as differential equations, per day, for reference solvers and exchange.

    Args:
        t_d: days from month 0.
        state: value of every name in `STATES`.
        drive: exposure at `t_d`.
        p: parameters and the person's own values.
    """
    seen = SimpleNamespace(**state, **slow(t_d, p))
    vars(seen).update(pituitary(drive, t_d, seen, p) | forcing(drive, t_d, seen, p) | blockade(seen, p))
    result = {}
    for each in (*AXIS, *CASCADE):
        made, lost = each.balance(seen, p)
        result[each.name] = made - lost * state[each.name]
    return result


def observed(state: Mapping[str, Number], drive: Any, t_d: Number, p: Any) -> dict[str, Number]:
    """Everything that is reported at one instant, from the states and the exposure.

    Returns:
        `<site>` relative areal density, `trabecular`, `cortical`, `remodelling_space` [fold of young adult],
        `spine_trabecular` what quantitative CT of the spine sees [fold of young adult],
        markers and cells [fold of young adult], hormones [nmol/L], LH [IU/L], whole-body aromatisation [share of
        untreated], `estrogen_deficit` [1], `antibody` in plasma [nmol/L], `bisphosphonate` at bone surface
        [effect].
    """
    seen = SimpleNamespace(**state, **slow(t_d, p))
    level = steroids.levels(drive, t_d, seen.lh, p)
    vars(seen).update(forcing(drive, t_d, seen, p) | blockade(seen, p))
    result: dict[str, Number] = {}
    trabecular_sum, cortical_sum, share_sum = 0.0, 0.0, 0.0
    for name in SITES:
        here = site(name, seen, p)
        spongy, compact = state[f"{name}_trabecular"], state[f"{name}_cortical"]
        result[name] = bone.density(here, seen, spongy, compact, p)
        if name == "lumbar_spine":
            result[name] = result[name] * bone.degeneration(seen.age, p)
        trabecular_sum = trabecular_sum + here.share * spongy
        cortical_sum = cortical_sum + (1.0 - here.share) * compact
        share_sum = share_sum + here.share
    result["spine_trabecular"] = state["lumbar_spine_trabecular"]
    result["trabecular"] = trabecular_sum / share_sum
    result["cortical"] = cortical_sum / (len(SITES) - share_sum)
    result["remodelling_space"] = bone.remodelling_space(seen, p)
    result |= {
        "sCTX": markers.s_ctx(seen, p),
        "uNTX": markers.u_ntx(seen, p),
        "P1NP": markers.p1np(seen, p),
        "BSAP": markers.bsap(seen, p),
        "rankl": cells.rankl(seen, p),
        "opg": cells.opg(seen, p),
        "osteoclasts": state["osteoclasts"],
        "osteoblasts": state["osteoblasts"],
        "osteocytes": state["osteocytes"],
        "sclerostin": cells.sclerostin(seen, p),
        "E2": level.e2,
        "E1": level.e1,
        "E1S": level.e1s,
        "T": level.testosterone,
        "LH": state["lh"] * p.lh_usual,
        "SHBG": level.shbg,
        "whole_body_aromatisation": level.aromatisation,
        "estrogen_deficit": seen.estrogen_deficit,
        "antibody": state["antibody"],
        "bisphosphonate": state["bound_loosely"] + state["bound_tightly"],
    }
    return result
