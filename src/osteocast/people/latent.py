"""Correlated normal numbers, whole or given some of them: exact conditioning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from osteocast.errors import OsteocastError
from osteocast.people import joint
from osteocast.people.joint import Link

ASSUMED = "assumed"
"""Key of the factor that multiplies every correlation nobody measured."""

Values = NDArray[np.float64]


class Conditional(NamedTuple):
    """The rest given some: mean = `weights` @ given, covariance = `root` @ `root`.T.

    Attributes:
        weights: shape (rest, given).
        root: lower triangular, shape (rest, rest).
        whitening: inverse of `given_root`; what it makes of the given is uncorrelated.
        given_root: lower triangular root of the correlation of the given.
        log_determinant: of the correlation of the given.
    """

    weights: Values
    root: Values
    whitening: Values
    given_root: Values
    log_determinant: float


def links(group: str, changes: Mapping[str, float]) -> tuple[Link, ...]:
    """The correlations of a group with the changes a population makes.

    Args:
        group: see `joint.margin`.
        changes: `assumed` = a factor on every assumed correlation; `"bmi, e2"` = the value of that pair.
    """
    factor = changes.get(ASSUMED, 1.0)
    found = {
        frozenset(one.pair): one._replace(value=one.value * factor) if one.basis == ASSUMED else one
        for one in joint.links(group)
    }
    names = joint.correlated("male" if group == joint.MALE else "female")
    for key, value in changes.items():
        if key != ASSUMED and set(pair := pair_of(key)) <= set(names):
            found[frozenset(pair)] = Link(pair, value, ASSUMED, "set by the design", "derived")
    return tuple(found.values())


def pair_of(key: str) -> tuple[str, str]:
    """The two quantities of a key such as `bmi, e2`."""
    parts = tuple(part.strip() for part in str(key).split(","))
    known = joint.correlated("male")
    if len(parts) != 2 or parts[0] == parts[1] or not set(parts) <= set(known):
        raise OsteocastError(
            f"'{key}' is no pair of correlated quantities",
            where="correlations",
            fix=f"write assumed, or two of {', '.join(known)} with a comma between",
        )
    return parts[0], parts[1]


def matrix(group: str, changes: Mapping[str, float]) -> tuple[tuple[str, ...], Values]:
    """Names and correlation matrix of a group.

    Raises:
        OsteocastError: the correlations contradict each other.
    """
    names = joint.correlated("male" if group == joint.MALE else "female")
    result = np.eye(len(names))
    for one in links(group, changes):
        i, j = (names.index(name) for name in one.pair)
        result[i, j] = result[j, i] = one.value
    if np.linalg.eigvalsh(result)[0] < 1e-6:
        raise OsteocastError(
            "the correlations contradict each other",
            where="correlations",
            fix="set them nearer to 0",
            why="their matrix is not positive definite",
        )
    return names, result


def conditional(whole: Values, given: Sequence[int]) -> Conditional:
    """Split a correlation matrix into what is given and the rest.

    Args:
        whole: correlation matrix, shape (k, k).
        given: places of what is given.
    """
    known = list(given)
    rest = [i for i in range(len(whole)) if i not in known]
    inner = whole[np.ix_(known, known)]
    given_root = np.asarray(np.linalg.cholesky(inner)) if known else np.zeros((0, 0))
    whitening = np.asarray(np.linalg.inv(given_root)) if known else np.zeros((0, 0))
    weights = whole[np.ix_(rest, known)] @ whitening.T @ whitening
    covariance = whole[np.ix_(rest, rest)] - weights @ whole[np.ix_(known, rest)]
    root = np.asarray(np.linalg.cholesky(covariance)) if rest else np.zeros((0, 0))
    return Conditional(weights, root, whitening, given_root, 2.0 * float(np.sum(np.log(np.diag(given_root)))))
