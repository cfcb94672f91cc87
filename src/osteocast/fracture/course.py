"""A course of density and turnover over time, and what of it counts against fractures.

Testosterone is the one drug whose gain of density, or fall of turnover, lowers no fracture rate here: it raises
density, and in the one large trial that counted them fractures were more frequent than with placebo.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from osteocast.errors import OsteocastError
from osteocast.measure import dxa

if TYPE_CHECKING:
    from osteocast.drugs.catalogue import Card
    from osteocast.regimen import Regimen

NO_CREDIT_CHANNEL = "testosterone_input"
"""A drug that feeds this channel of the mechanism is testosterone, whatever its brand."""


class Course(NamedTuple):
    """What bone does.

    Attributes:
        months: increasing, the first is the day of the forecast, shape (points,).
        t_scores: T-score [1] by scan site, shape (points, draws).
        turnover: serum CTX [fold of young adult], shape (points, draws), or None where it is not simulated.
    """

    months: np.ndarray
    t_scores: Mapping[str, np.ndarray]
    turnover: np.ndarray | None = None


def t_scores_from_density(
    relative: Mapping[str, Any], bmd_now: Mapping[str, Any], device: str = dxa.DEFAULT_DEVICE
) -> dict[str, np.ndarray]:
    """T-scores of simulated densities.

    Args:
        relative: simulated density by scan site in any unit, shape (points, draws).
        bmd_now: density at the first point [g/cm2] by scan site, shape () or (draws,); sites without one are
            left out.
        device: the scanner in whose unit `bmd_now` is.
    """
    found: dict[str, np.ndarray] = {}
    for site, now in bmd_now.items():
        if site in relative:
            fold = np.asarray(relative[site], float) / np.asarray(relative[site], float)[:1]
            found[site] = np.asarray(dxa.t_score(fold * np.asarray(now, float), site, device))
    return found


def credited(course: Course, without: Course) -> Course:
    """The course as it counts against fractures: at each time and site no denser, and no less fast in turnover,
    than without the drug that gets no credit.

    Args:
        course: as simulated, with that drug.
        without: the same people and months, everything else alike but without it.

    Raises:
        OsteocastError: the two do not have the same months.
    """
    if not np.array_equal(course.months, without.months):
        raise OsteocastError("the two courses have different months", where="without", fix="simulate both alike")
    t_scores = {site: np.minimum(t, without.t_scores[site]) for site, t in course.t_scores.items()}
    turnover = course.turnover
    if turnover is not None and without.turnover is not None:
        turnover = np.maximum(turnover, without.turnover)
    return Course(course.months, t_scores, turnover)


def without_testosterone(regimen: Regimen) -> Regimen | None:
    """The regimen without its testosterone, to simulate for `credited`; None where there is none in it."""
    from osteocast.drugs.catalogue import card

    kept = [item for item in regimen.items if not _testosterone(card(item.card_id))]
    if len(kept) == len(regimen.items):
        return None
    return type(regimen)(tuple(kept))


def _testosterone(one: Card) -> bool:
    """Whether a card brings testosterone into the circulation."""
    given: Any = one.actions.get("on", ())
    return any(action.get("channel") == NO_CREDIT_CHANNEL for action in given)
