"""Tables of a trial as arrays, one row a person, for the statistics of one endpoint.

Intention to treat: everybody counts in the arm they were randomised to, whatever they took, as long as they were
seen. Observed values are used, with the noise of scanner and assay, as a trial has no others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from osteocast.errors import OsteocastError
from osteocast.trials.analysis.records import PlannedEndpoint

EVENT, DEATH = 1, 2
MONTH_TIE = 1e-9


@dataclass(frozen=True)
class Measured:
    """A measured endpoint.

    Attributes:
        arms: names.
        arm: index of each person's arm, shape (n,).
        months: visits, the endpoint's last, shape (visits,).
        baseline: observed value at the start, shape (n,).
        y: observed outcome in the endpoint's measure, NaN where not seen, shape (n, visits).
    """

    arms: tuple[str, ...]
    arm: np.ndarray
    months: np.ndarray
    baseline: np.ndarray
    y: np.ndarray

    @property
    def at_end(self) -> np.ndarray:
        """Outcome at the endpoint's month, shape (n,)."""
        last: np.ndarray = self.y[:, -1]
        return last

    def take(self, rows: np.ndarray) -> Measured:
        """The people at some places of the arrays, repeats included."""
        return replace(self, arm=self.arm[rows], baseline=self.baseline[rows], y=self.y[rows])

    def of(self, arm: int) -> np.ndarray:
        """Outcomes of those of an arm who were seen at the endpoint's month."""
        found: np.ndarray = self.at_end[self.arm == arm]
        seen: np.ndarray = found[np.isfinite(found)]
        return seen


@dataclass(frozen=True)
class Followed:
    """An endpoint of events, from its first month to its last.

    Attributes:
        arms: names.
        arm: index of each person's arm, shape (n,).
        time: months from the endpoint's `from_month` to the first event, death, loss or the end, shape (n,).
        status: 0 lost or at the end, 1 event, 2 death before the event, shape (n,).
    """

    arms: tuple[str, ...]
    arm: np.ndarray
    time: np.ndarray
    status: np.ndarray

    def take(self, rows: np.ndarray) -> Followed:
        """The people at some places of the arrays, repeats included."""
        return replace(self, arm=self.arm[rows], time=self.time[rows], status=self.status[rows])


def measured(arms: Sequence[str], endpoint: PlannedEndpoint, visits: Any, *, all_visits: bool) -> Measured:
    """The observations of one endpoint.

    Args:
        arms: names, in the order of the design.
        endpoint: what is compared; its measure is percent_change, change or level.
        visits: table of visits with columns person, arm, month and `<quantity>_observed`.
        all_visits: also the visits between start and end, for a model of repeated measures.

    Raises:
        OsteocastError: the quantity was not recorded, or nobody was seen at one of its months.
    """
    column, where = f"{endpoint.quantity}_observed", f"endpoint {endpoint.quantity}"
    if column not in visits.columns:
        raise OsteocastError(
            f"the results hold no column {column}", where=where, fix="add the quantity to the design and run it again"
        )
    import pandas as pd

    visits = visits[visits["month"] <= endpoint.month + MONTH_TIE]
    codes = pd.Categorical(visits["arm"].astype(str), categories=list(arms)).codes
    # Whole years between visits are kept in the results, with nothing observed: the model drops such months.
    wide = visits.assign(arm=codes).pivot(index=["arm", "person"], columns="month", values=column)
    months, values = np.asarray(wide.columns, float), wide.to_numpy(float)
    arm = np.asarray(wide.index.get_level_values("arm"), int)
    end, start = _place(months, endpoint.month, where), _place(months, endpoint.from_month, where)
    used = [i for i in range(len(months)) if start < i < end] if all_visits else []
    used.append(end)
    base = values[:, [start]]
    outcome = values[:, used]
    if endpoint.measure == "percent_change":
        outcome = 100.0 * (outcome / base - 1.0)
    elif endpoint.measure == "change":
        outcome = outcome - base
    return Measured(tuple(arms), arm, months[used], base[:, 0], outcome)


def _place(months: np.ndarray, month: float, where: str) -> int:
    found = np.flatnonzero(np.abs(months - month) < 1e-6)
    if not len(found):
        raise OsteocastError(
            f"there was no visit at month {month:g}", where=where, fix="add it to the design's visits"
        )
    return int(found[0])


def followed(arms: Sequence[str], endpoint: PlannedEndpoint, people: Any, events: Any) -> Followed:
    """Time to the first event, in those still followed and free of it at the endpoint's `from_month`.

    A trial records first events alone. Whoever had one at or before `from_month` is not at risk of it any more, so
    they would only dilute those who are.

    Args:
        arms: names, in the order of the design.
        endpoint: the event and its months.
        people: table with columns person and arm, one row a person.
        events: table with columns person, arm, event and month; `dropout` and `death` end the follow-up.
    """
    import pandas as pd

    keys = ["arm", "person"]
    table = people[keys].copy()
    table["arm"] = table["arm"].astype(str)

    def first(name: str, source: Any) -> Any:
        some = source[source["event"] == name]
        some = some.assign(arm=some["arm"].astype(str))
        months = some.groupby(keys, observed=True)["month"].min()
        return table.merge(months.rename("at"), how="left", left_on=keys, right_index=True)["at"].to_numpy(float)

    def known(at: np.ndarray) -> np.ndarray:
        return np.where(np.isfinite(at), at, np.inf)

    lost, died = known(first("dropout", events)), known(first("death", events))
    event = known(first(endpoint.quantity, events))
    if endpoint.quantity == "death":
        died = np.full(len(table), np.inf)
    stop = np.minimum(np.minimum(lost, died), endpoint.month)
    seen = (event <= stop) & np.isfinite(event)
    status = np.where(seen, EVENT, np.where((died <= lost) & (died <= endpoint.month), DEATH, 0))
    time = np.where(seen, event, stop) - endpoint.from_month
    at_risk = time > 0.0  # neither lost nor dead, nor with the event, at or before `from_month`
    codes = pd.Categorical(table["arm"], categories=list(arms)).codes
    return Followed(tuple(arms), np.asarray(codes, int)[at_risk], time[at_risk], status[at_risk].astype(int))
