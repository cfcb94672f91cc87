"""Sample size of a design's endpoint: the large virtual trial, and the trials drawn from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from osteocast.errors import OsteocastError, choices, nearest

if TYPE_CHECKING:
    from osteocast.trials.design import Design, Endpoint
    from osteocast.trials.power import SampleSize

Progress = Callable[[str, int, int], None]
"""Called with the stage, how much of it is done and of how much."""


def endpoint_of(design: Design, words: str | None) -> Endpoint:
    """The endpoint that is meant by `QUANTITY` or `QUANTITY@MONTH`; by default the first.

    Raises:
        OsteocastError: the design has none such.
    """
    if words is None:
        return design.endpoints[0]
    quantity, _, month = words.strip().partition("@")
    known = [f"{one.quantity}@{one.month:g}" for one in design.endpoints]
    for one, name in zip(design.endpoints, known, strict=True):
        if quantity.lower() == one.quantity.lower() and (not month or name.partition("@")[2] == month.strip()):
            return one
    fix = choices(dict.fromkeys(known), nearest(words, known))
    raise OsteocastError(f"the design has no endpoint '{words}'", where="--endpoint", fix=fix)


def other_arm(design: Design, name: str | None) -> str:
    """The arm that is compared with the reference; by default the first other.

    Raises:
        OsteocastError: there is none, or it is the reference.
    """
    others = [one for one in design.arm_names if one != design.reference_arm]
    if not others:
        raise OsteocastError("the design has one arm, so nothing is compared", where="arms", fix="add a second arm")
    if name is None:
        return others[0]
    for one in others:
        if one.lower() == name.lower():
            return one
    raise OsteocastError(
        f"'{name}' is not an arm to compare with {design.reference_arm}",
        where="--arm",
        fix=f"write one of {', '.join(others)}",
    )


def size_of_trial(
    design: Design,
    endpoint: Endpoint,
    arm: str,
    *,
    people: int = 2000,
    power: float = 0.8,
    alpha: float = 0.05,
    trials: int = 400,
    seed: int | None = None,
    progress: Progress | None = None,
) -> SampleSize:
    """Simulate a large trial with the design's losses, noise and rescue, and size the endpoint from it.

    Everybody in it is in both arms, so that the difference between them is known with little chance.

    Args:
        design: the trial.
        endpoint: one of its endpoints.
        arm: compared with the reference arm.
        people: in each arm of the large trial.
        power: wanted.
        alpha: two-sided level.
        trials: drawn at each size.
        seed: of everything; None = the design's.
        progress: told how far it is.

    Raises:
        OsteocastError: see `power.sample_size`.
    """
    from osteocast.trials.analysis.outcomes import followed, measured
    from osteocast.trials.memory import simulate
    from osteocast.trials.power import sample_size

    start = design.seed if seed is None else seed
    arms = tuple(one for one in design.arms if one.name in (arm, design.reference_arm))
    large = design.model_copy(update={"every_arm": True, "arms": arms, "n": people})
    tables = simulate(large, seed=start, progress=_stage(progress, "Simulating the large trial"))
    names = [one.name for one in arms]
    pair = names.index(arm), names.index(design.reference_arm)
    analysis = str(endpoint.analysis)
    data = (
        followed(names, endpoint, tables.people, tables.events)
        if endpoint.measure == "event"
        else measured(names, endpoint, tables.visits, all_visits=analysis == "mmrm")
    )
    return sample_size(
        data,
        pair,
        analysis,
        power=power,
        alpha=alpha,
        shares=(arms[pair[0]].share, arms[pair[1]].share),
        trials=trials,
        seed=start,
        progress=_stage(progress, "Drawing trials"),
    )


def _stage(progress: Progress | None, stage: str) -> Callable[[int, int], None] | None:
    if progress is None:
        return None
    told = progress
    return lambda done, total: told(stage, done, total)
