"""What is exported: one person with median values, all that is taken, and where the simulated life begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from osteocast.engine.accuracy import PRECISE
from osteocast.exchange.sbml import Anchor
from osteocast.forecast import history
from osteocast.model.assemble import SITES
from osteocast.people.draws import Draws, draw
from osteocast.people.person import Person
from osteocast.regimen import Regimen


class Subject(NamedTuple):
    """A person as the equations see them.

    Attributes:
        person: completed where something was not known.
        values: every parameter and personal value, shape () or (1,).
        regimen: all that is taken, past and future.
        start_month: where the simulated life begins.
        anchors: density at month 0 by site.
    """

    person: Person
    values: Mapping[str, Any]
    regimen: Regimen
    start_month: float
    anchors: Mapping[str, Anchor]


def median(_purpose: str) -> np.ndarray:
    """The middle of every distribution."""
    return np.zeros(1)


def subject(person: Person, strategy: Regimen) -> Subject:
    """One person with median values; nothing is drawn.

    Args:
        person: the person.
        strategy: what is taken from month 0 on.

    Raises:
        OsteocastError: the regimen cannot be simulated.
    """
    from osteocast.engine.run import run
    from osteocast.exchange.dosing import dosing

    draws: Draws = draw(person, 1, 0, median)
    before = history.past(person, draws, strategy)
    regimen = before + strategy
    dosing(regimen)  # refuses what cannot be exported before anything is simulated
    start = history.start_month(person, draws, before)
    now = history.present(person, draws, median, PRECISE)
    column = np.zeros(1, int)
    found = run(
        draws.values, [regimen], column, np.zeros(1), start_month=start, wanted=SITES, accuracy=PRECISE
    ).quantity
    scans = draws.person.baseline_scans()
    anchors = {
        site: Anchor(float(now.bmd[site][0]), float(found[site][0, 0]), scans[site].device) for site in now.bmd
    }
    return Subject(draws.person, draws.values, regimen, start, anchors)
