"""A user's own people: what each took, what was seen, and what the model says of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from osteocast.drugs.catalogue import Card, catalogue
from osteocast.errors import OsteocastError, nearest
from osteocast.measure import dxa
from osteocast.parameters.registry import parameters, posterior
from osteocast.people.sample import DAYS_PER_YEAR, MENOPAUSE_AGE, NEVER_D, USUAL_BMI, Group, shared
from osteocast.regimen import Regimen

PMOL = 1e3
RESIDUAL = {"sCTX": 0.25, "uNTX": 0.25, "P1NP": 0.15, "BSAP": 0.15, "E2": 0.35, "T": 0.25, "LH": 0.35}
"""Residual of one result, as a log standard deviation: assay and the day's own ups and downs. Assumed."""
DENSITY_RESIDUAL = 0.01
"""What a scan deviates from the course of bone beside the scanner's own precision, as a log standard deviation: soft
tissue, positioning between years, what the model does not know. Assumed."""
LEVELS = {"E2": PMOL, "T": 1.0, "LH": 1.0}
"""Quantities whose level counts, and their unit per unit of the model; of all others only the course counts."""


MENOPAUSE_NEEDED_FROM_AGE = 45.0
"""Age [year] from which the years since menopause of a woman cannot be left to a guess."""


class Seen(NamedTuple):
    """One observation."""

    month: float
    quantity: str
    value: float


class Individual(NamedTuple):
    """One person.

    Attributes:
        id: as written.
        group: what is known of the person at month 0.
        regimen: everything that was given.
        seen: observations in order of time.
        start_month: where the simulated life begins: years before the first dose, whenever that was.
    """

    id: str
    group: Group
    regimen: Regimen
    seen: tuple[Seen, ...]
    start_month: float

    def personal(self) -> dict[str, float]:
        """The person's own values for the engine; nothing is drawn.

        Raises:
            OsteocastError: a woman's years since menopause are needed and not known.
        """
        require_menopause(self.group, f"ID {self.id}")
        since = self.group.years_since_menopause
        if self.group.sex == "male":
            menopause = NEVER_D
        elif since is not None:
            menopause = -since * DAYS_PER_YEAR
        else:
            menopause = (MENOPAUSE_AGE - self.group.age) * DAYS_PER_YEAR
        blank = dict.fromkeys(("e2_known", "fertile_e2_known", "t_known", "lh_known", "ovaries_removed"), 0.0)
        return blank | {"age": self.group.age, "menopause_day": menopause, "bmi": self.group.bmi or USUAL_BMI}


def require_menopause(group: Group, where: str) -> None:
    """Refuse a woman of whom nobody can say whether menopause has passed; younger ones count as before it.

    Raises:
        OsteocastError: she is `MENOPAUSE_NEEDED_FROM_AGE` or older, and her years since menopause are not known.
    """
    unknown = group.sex == "female" and group.years_since_menopause is None
    if unknown and group.age >= MENOPAUSE_NEEDED_FROM_AGE:
        raise OsteocastError(
            f"YSM is missing for a woman of {group.age:g}",
            where=where,
            fix="give YSM, the years since menopause at month 0, negative for years before it",
            why=f"from {MENOPAUSE_NEEDED_FROM_AGE:g} on her age does not tell whether menopause has passed",
        )


@dataclass(frozen=True)
class OwnData:
    """What is asked of a user's data.

    Attributes:
        names: population parameters that may move, in order.
        effects: parameters in which people differ, each with one effect per person.
        observed: logarithms of the results, shape (results,).
        owner: person of each result, shape (results,).
        whiten: turns differences of logarithms into independent unit residuals, shape (results, results). Where only
            the course counts, the mean of each person and quantity is taken out.
        predict: (log parameters, effects of shape (people, effects)) -> log results; differentiable.
        course_only: results that stand alone for a person and quantity whose level does not count: they tell nothing.
    """

    names: tuple[str, ...]
    effects: tuple[str, ...]
    observed: np.ndarray
    owner: np.ndarray
    whiten: np.ndarray
    predict: Callable[[Any, Any], Any]
    course_only: int

    @property
    def people(self) -> int:
        """How many people."""
        return int(self.owner.max()) + 1


def known_names(only: Sequence[str] | None) -> tuple[str, ...]:
    """Names of the parameters that may move: those of the stored fit, or some of them.

    Raises:
        OsteocastError: there is no stored fit, or it does not have a name.
    """
    fit = posterior()
    if fit is None:
        raise OsteocastError(
            "there is no stored fit to start from", where="calibrate", fix="run 'osteocast calibrate'"
        )
    for name in only or ():
        if name not in fit.names:
            close = nearest(name, fit.names)
            fix = f"write '{close}'" if close else "name a fitted parameter; 'osteocast calibrate' lists them"
            raise OsteocastError(f"'{name}' is not a fitted parameter", where="--only", fix=fix)
    return tuple(name for name in fit.names if not only or name in only)


def own_data(individuals: Sequence[Individual], *, only: Sequence[str] | None = None) -> OwnData:
    """Set up the update.

    Args:
        individuals: the people.
        only: parameters that may move; None = all of the stored fit.

    Raises:
        OsteocastError: there are no results, or one is not above zero.
    """
    people = [one for one in individuals if one.seen]
    if not people:
        raise OsteocastError("there are no observations", where="--data", fix="add records with EVID 0 and a DV")
    for one in people:
        for result in one.seen:
            if not result.value > 0.0 or result.month < one.start_month:
                what = f"ID {one.id} has {result.quantity} {result.value:g} at month {result.month:g}"
                raise OsteocastError(
                    what, where="--data", fix="results are above 0 and at or after the start of life"
                )
    owner = np.array([i for i, one in enumerate(people) for _ in one.seen])
    seen = [seen for one in people for seen in one.seen]
    names = known_names(only)
    effects = _effects(people)
    whiten, alone = _whitening(owner, seen)
    return OwnData(
        names, effects, np.log([one.value for one in seen]), owner, whiten, _predictor(people, names, effects), alone
    )


def _effects(people: Sequence[Individual]) -> tuple[str, ...]:
    """Parameters in which people differ, without those of drugs that nobody takes."""
    taken = {item.card_id for one in people for item in one.regimen.items}
    used = {name: _parameters_of(one) for name, one in catalogue().items()}
    idle = {name for names in used.values() for name in names} - {name for one in taken for name in used[one]}
    return tuple(name for name, one in parameters().items() if one.between_person_log_sd > 0.0 and name not in idle)


def _parameters_of(one: Card) -> set[str]:
    """Parameters that a drug card names."""
    actions: Any = one.actions.get("on", ())
    named = [*one.kinetics.values()]
    for action in actions:
        named += [*action.get("times", ()), *action.get("over", ()), action.get("without")]
    return {name for name in named if isinstance(name, str) and name in parameters()}


def _residual(quantity: str) -> float:
    if quantity in dxa.SITES:
        return float(np.hypot(DENSITY_RESIDUAL, dxa.precision(quantity).cv_pct / 100.0))
    return RESIDUAL[quantity]


def _whitening(owner: np.ndarray, seen: Sequence[Seen]) -> tuple[np.ndarray, int]:
    """See `OwnData.whiten`, and how many results stand alone."""
    result = np.diag([1.0 / _residual(one.quantity) for one in seen])
    label = np.array([f"{i} {one.quantity}" for i, one in zip(owner, seen, strict=True)])
    alone = 0
    for each in set(label):
        mine = np.flatnonzero(label == each)
        if seen[mine[0]].quantity in LEVELS:
            continue
        alone += len(mine) == 1
        result[np.ix_(mine, mine)] @= np.eye(len(mine)) - 1.0 / len(mine)
    return result, alone


def _predictor(people: Sequence[Individual], names: tuple[str, ...], effects: tuple[str, ...]) -> Any:
    import jax
    import jax.numpy as jnp

    from osteocast.engine.accuracy import DEFAULT
    from osteocast.engine.prepare import prepare
    from osteocast.engine.run import simulate_values

    wanted = tuple(sorted({seen.quantity for one in people for seen in one.seen}))
    months = np.array(sorted({seen.month for one in people for seen in one.seen}))
    regimens = list(dict.fromkeys(one.regimen for one in people))
    column = np.array([regimens.index(one.regimen) for one in people])
    start = min(one.start_month for one in people)
    laid = prepare(regimens, column, months, start_month=start, state=None, accuracy=DEFAULT)
    by_sex = {sex: shared(sex) for sex in {one.group.sex for one in people}}
    table = {name: np.array([by_sex[one.group.sex][name] for one in people]) for name in parameters()}
    personal = [one.personal() for one in people]
    table |= {name: np.array([one[name] for one in personal]) for name in personal[0]}
    spread = np.array([parameters()[name].between_person_log_sd for name in effects])
    where = [
        (wanted.index(seen.quantity), int(np.searchsorted(months, seen.month)), i)
        for i, one in enumerate(people)
        for seen in one.seen
    ]
    scale = np.log([LEVELS.get(seen.quantity, 1.0) for one in people for seen in one.seen])
    quantity_at, output_at, person_at = (np.array(column) for column in zip(*where, strict=True))

    def predict(log_theta: Any, eta: Any) -> Any:
        values: dict[str, Any] = dict(table)
        for i, name in enumerate(names):
            values[name] = jnp.exp(log_theta[i]) * jnp.ones(len(people))
        for k, name in enumerate(effects):
            values[name] = values[name] * jnp.exp(spread[k] * eta[:, k])
        _, found, _ = simulate_values(values, *laid, DEFAULT.at, wanted)
        stacked = jnp.stack([found[name] for name in wanted])
        return jnp.log(stacked[quantity_at, output_at, person_at]) + scale

    return jax.jit(predict)
