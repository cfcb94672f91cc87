"""Every endpoint of a design, arm by arm and arm against arm."""

from __future__ import annotations

from typing import Any

import numpy as np

from osteocast.errors import OsteocastError
from osteocast.trials.analysis.continuous import Estimate, Fitted, ancova, mean_interval, welch
from osteocast.trials.analysis.medians import median_difference, median_interval
from osteocast.trials.analysis.outcomes import EVENT, Followed, Measured, followed, measured
from osteocast.trials.analysis.records import (
    Analysis,
    ArmResult,
    Contrast,
    Planned,
    PlannedEndpoint,
    Summary,
    known,
)
from osteocast.trials.analysis.repeated import mmrm
from osteocast.trials.analysis.survival import compare, incidence, person_years

INTENTION_TO_TREAT = (
    "Intention to treat: everybody seen counts in the arm of randomisation, whatever was taken, on observed values."
)
Pairs = tuple[tuple[int, int], ...]


def analyse(design: Planned, people: Any, visits: Any, events: Any) -> Analysis:
    """Analyse a trial as its design plans.

    Args:
        design: arms, endpoints, reference arm.
        people: pandas table, one row a person and arm.
        visits: pandas table, one row a person, arm and visit, with `<quantity>_observed`.
        events: pandas table, one row an event: person, arm, event, month.

    Returns:
        Every endpoint in every arm, and every arm against the reference.

    Raises:
        OsteocastError: an endpoint names what the tables do not hold.
    """
    arms = [arm.name for arm in design.arms]
    pairs = pairs_of(design)
    summaries: dict[int, list[Summary]] = {k: [] for k in range(len(arms))}
    contrasts: list[Contrast] = []
    for endpoint in design.endpoints:
        if endpoint.measure == "event":
            found, compared = _events(followed(arms, endpoint, people, events), endpoint, pairs)
        else:
            data = measured(arms, endpoint, visits, all_visits=endpoint.analysis == "mmrm")
            found, compared = _measurements(data, endpoint, pairs)
        for k, one in enumerate(found):
            summaries[k].append(one)
        contrasts += compared
    count = people.groupby(people["arm"].astype(str))["person"].size()
    results = (ArmResult(name, int(count.get(name, 0)), tuple(summaries[k])) for k, name in enumerate(arms))
    return Analysis(tuple(results), tuple(contrasts), (INTENTION_TO_TREAT,))


def pairs_of(design: Planned) -> Pairs:
    """Every arm against the reference, as indices.

    Raises:
        OsteocastError: the reference is not an arm.
    """
    arms = [arm.name for arm in design.arms]
    reference = design.reference_arm or arms[0]
    if reference not in arms:
        raise OsteocastError(
            f"'{reference}' is not an arm", where="reference_arm", fix=f"write one of {', '.join(arms)}"
        )
    base = arms.index(reference)
    return tuple((k, base) for k in range(len(arms)) if k != base)


def model(data: Measured, analysis: str | None, pairs: Pairs) -> Fitted:
    """Differences between arms at the last visit.

    Args:
        data: the observations.
        analysis: mmrm, ancova, mean or median.
        pairs: arms to compare, as indices.

    Raises:
        OsteocastError: there is no such analysis of measurements.
    """
    if analysis == "mmrm":
        return mmrm(data, pairs)
    if analysis == "ancova":
        return ancova(data, pairs)
    simple = {"mean": welch, "median": median_difference}.get(analysis or "")
    if simple is None:
        raise OsteocastError(
            f"measurements are not analysed by '{analysis}'",
            where="endpoint, analysis",
            fix="write mmrm, ancova, mean or median",
        )
    found = tuple(simple(data.of(a), data.of(b)) for a, b in pairs)
    return Fitted((None,) * len(data.arms), found)


def _measurements(data: Measured, endpoint: PlannedEndpoint, pairs: Pairs) -> tuple[list[Summary], list[Contrast]]:
    fit = model(data, endpoint.analysis, pairs)
    medians = endpoint.analysis == "median"
    summaries = []
    for k in range(len(data.arms)):
        values = data.of(k)
        lo, hi = median_interval(values) if medians else mean_interval(values)
        some = len(values) > 0
        summaries.append(
            Summary(
                endpoint.quantity,
                float(endpoint.month),
                float(endpoint.from_month),
                endpoint.measure,
                len(values),
                known(values.mean()) if some else None,
                known(np.median(values)) if some else None,
                known(values.std(ddof=1)) if len(values) > 1 else None,
                lo,
                hi,
                "median, order statistics" if medians else "mean, t",
                fit.adjusted[k],
            )  # fmt: skip
        )
    return summaries, [
        _contrast(endpoint, data.arms, pair, one) for pair, one in zip(pairs, fit.differences, strict=True)
    ]


def _events(data: Followed, endpoint: PlannedEndpoint, pairs: Pairs) -> tuple[list[Summary], list[Contrast]]:
    if endpoint.analysis not in ("kaplan_meier", "aalen_johansen"):
        raise OsteocastError(
            f"events are not analysed by '{endpoint.analysis}'",
            where="endpoint, analysis",
            fix="write kaplan_meier or aalen_johansen",
        )
    competing = endpoint.analysis == "aalen_johansen"
    summaries = []
    for k in range(len(data.arms)):
        own = data.take(np.flatnonzero(data.arm == k))
        found = incidence(own.time, own.status, competing=competing)
        lo, hi = (None if end is None else 100.0 * end for end in (found.lo95, found.hi95))
        summaries.append(
            Summary(
                endpoint.quantity,
                float(endpoint.month),
                float(endpoint.from_month),
                "event",
                len(own.time),
                100.0 * found.share if len(own.time) else None,
                None,
                None,
                lo,
                hi,
                "cumulative incidence, " + ("Aalen-Johansen" if competing else "Kaplan-Meier"),
                events=int((own.status == EVENT).sum()),
                person_years=person_years(data, k),
            )  # fmt: skip
        )
    contrasts = []
    for a, b in pairs:
        difference, ratio = compare(data, a, b, competing=competing)
        contrasts.append(_contrast(endpoint, data.arms, (a, b), difference, ratio[:3]))
    return summaries, contrasts


def _contrast(
    endpoint: PlannedEndpoint,
    arms: tuple[str, ...],
    pair: tuple[int, int],
    one: Estimate,
    ratio: tuple[float | None, ...] = (None, None, None),
) -> Contrast:
    return Contrast(
        endpoint.quantity, float(endpoint.month), float(endpoint.from_month), endpoint.measure,
        (arms[pair[0]], arms[pair[1]]), one.method, one.difference, one.lo95, one.hi95, one.p, *ratio,
    )  # fmt: skip
