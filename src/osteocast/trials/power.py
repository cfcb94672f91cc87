"""Sample size by simulation: trials drawn from one large virtual trial, each analysed as the design plans."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from osteocast.errors import OsteocastError
from osteocast.trials.analysis.continuous import Estimate
from osteocast.trials.analysis.endpoints import model
from osteocast.trials.analysis.outcomes import Followed, Measured
from osteocast.trials.analysis.survival import compare, log_rank
from osteocast.trials.power_curve import SMALLEST, PowerPoint, people_of, read_off

AROUND = (0.5, 0.65, 0.8, 1.0, 1.25, 1.6)
"""Sizes tried, as multiples of the size expected."""
ROUNDS = 4
LARGEST = 200_000
"""People in the smaller arm."""
CLEAR = 3.0
"""How many standard errors the difference in the large trial must be from nought to size a trial by it."""
LEVEL = 0.95
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class SampleSize:
    """How many people an endpoint needs.

    Attributes:
        arms: the arm, and the one it is compared with.
        analysis: of the endpoint.
        power: wanted.
        alpha: two-sided level of the test.
        difference: in the large trial, with its 95 % interval.
        lo95: lower end.
        hi95: upper end.
        people: of the large trial, in each arm.
        n: people in each arm.
        n_lo95: of the first arm, lower end of the Monte Carlo interval: chance of the trials drawn, and of the large
            trial's own difference.
        n_hi95: upper end.
        check: trials of that size.
        curve: trials of other sizes, by size.
    """

    arms: tuple[str, str]
    analysis: str
    power: float
    alpha: float
    difference: float
    lo95: float
    hi95: float
    people: tuple[int, int]
    n: tuple[int, int]
    n_lo95: int
    n_hi95: int
    check: PowerPoint
    curve: tuple[PowerPoint, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def sample_size(
    data: Measured | Followed,
    pair: tuple[int, int],
    analysis: str,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    shares: tuple[float, float] = (1.0, 1.0),
    trials: int = 400,
    seed: int = 2026,
    progress: Progress | None = None,
) -> SampleSize:
    """Find the number of people at which the wanted share of trials shows the difference.

    Trials of several sizes are drawn with replacement from the large one, arm by arm; their power is fitted as a
    probit of the root of the size, which is exact for a normal test, and read off at the power wanted.

    Args:
        data: the large trial's observations of the endpoint.
        pair: arm and the arm it is compared with, as indices.
        analysis: mmrm, ancova, mean, median, kaplan_meier or aalen_johansen.
        power: wanted, above alpha and below 1.
        alpha: two-sided level.
        shares: allocation to the two arms.
        trials: drawn at each size.
        seed: of the draws.
        progress: called with trials done and expected.

    Raises:
        OsteocastError: the power cannot be wanted, or the large trial shows no clear difference.
    """
    if not alpha < power < 1.0 or not 0.0 < alpha < 0.5:
        raise OsteocastError(
            f"a power of {power:g} at a level of {alpha:g} cannot be reached or needs no trial",
            where="power",
            fix="write a level below 0.5 and a power between it and 1, such as 0.05 and 0.8",
        )
    data, names = _two_arms(data, pair)
    own = tuple(np.flatnonzero(data.arm == k) for k in (0, 1))
    whole, z = _large(data, analysis, names)
    ratio = shares[0] / shares[1]
    draw = _Drawn(data, (own[0], own[1]), analysis, alpha, trials, seed, progress)
    expected = _expected(z, (len(own[0]), len(own[1])), ratio, power, alpha)
    points: dict[tuple[int, int], PowerPoint] = {}
    for _ in range(ROUNDS):
        for factor in AROUND:
            size = people_of(expected * factor, ratio)
            if size not in points:
                points[size] = draw.point(size)
        n, log_error = read_off(list(points.values()), power)
        tried = [min(p.n) for p in points.values()]
        if min(tried) <= n <= max(tried) and np.isfinite(log_error):
            break
        expected = float(np.clip(n, SMALLEST, 4.0 * max(tried)))
    else:
        raise OsteocastError(
            f"trials of {min(tried)} to {max(tried)} people an arm do not enclose a power of {power:g}",
            where="power",
            fix="draw more trials with --trials, or choose another endpoint",
        )
    half = 1.959964 * (log_error**2 + (2.0 / z) ** 2) ** 0.5
    size = people_of(n, ratio)
    # Beyond the size itself, n goes as one over the squared difference, which the large trial knows only so well.
    ends = [int(round(size[0] * float(np.exp(way * half)))) for way in (-1.0, 1.0)]
    assert whole.difference is not None and whole.lo95 is not None and whole.hi95 is not None
    return SampleSize(
        names, analysis, power, alpha, whole.difference, whole.lo95, whole.hi95, (len(own[0]), len(own[1])), size,
        ends[0], ends[1], draw.point(size), tuple(sorted(points.values(), key=lambda point: point.n)),
    )  # fmt: skip


def _two_arms(data: Measured | Followed, pair: tuple[int, int]) -> tuple[Measured | Followed, tuple[str, str]]:
    """The people of two arms, as arms 0 and 1."""
    from dataclasses import replace

    rows = np.flatnonzero(np.isin(data.arm, pair))
    names = data.arms[pair[0]], data.arms[pair[1]]
    kept = data.take(rows)
    return replace(kept, arms=names, arm=np.where(kept.arm == pair[0], 0, 1)), names


def _large(data: Measured | Followed, analysis: str, names: tuple[str, str]) -> tuple[Estimate, float]:
    """The large trial's difference, and how many standard errors it is from nought."""
    if isinstance(data, Followed):
        whole = compare(data, 0, 1, competing=analysis == "aalen_johansen")[0]
    else:
        whole = model(data, analysis, ((0, 1),)).differences[0]
    z = 0.0
    if whole.difference is not None and whole.lo95 is not None and whole.hi95 is not None:
        z = abs(whole.difference) / max((whole.hi95 - whole.lo95) / 2.0 / 1.959964, 1e-300)
    if z < CLEAR:
        people = min(int((data.arm == k).sum()) for k in (0, 1))
        raise OsteocastError(
            f"{names[0]} and {names[1]} do not differ clearly in a virtual trial of {people} people an arm",
            where="endpoint",
            fix="choose an endpoint that differs, or simulate more people with --people",
        )
    return whole, z


def _expected(z: float, people: tuple[int, int], ratio: float, power: float, alpha: float) -> float:
    """People of the second arm from the normal approximation: the squared distance from nought grows with them."""
    from scipy.stats import norm

    wanted = float(norm.isf(alpha / 2.0) + norm.ppf(power))
    spread = 1.0 / people[0] + 1.0 / people[1]
    smaller = (1.0 / ratio + 1.0) * (wanted / z) ** 2 / spread
    n = float(smaller * min(1.0, ratio))
    if n > LARGEST:
        raise OsteocastError(
            f"a trial would need some {n:.0f} people an arm",
            where="endpoint",
            fix="choose an endpoint that differs more",
        )
    return max(n, float(SMALLEST))


class _Drawn:
    """Trials drawn from the large one."""

    def __init__(
        self,
        data: Measured | Followed,
        own: tuple[np.ndarray, np.ndarray],
        analysis: str,
        alpha: float,
        trials: int,
        seed: int,
        progress: Progress | None,
    ) -> None:
        self.data, self.own, self.analysis, self.alpha, self.trials = data, own, analysis, alpha, trials
        self.seed, self.progress, self.done = seed, progress, 0

    def point(self, size: tuple[int, int]) -> PowerPoint:
        """Power at a size; the same draws whenever the same size is asked for."""
        from scipy.stats import binomtest

        random = np.random.default_rng([self.seed, *size])
        won = 0
        for _ in range(self.trials):
            rows = np.concatenate([random.choice(rows, n) for rows, n in zip(self.own, size, strict=True)])
            p = p_value(self.data.take(rows), self.analysis)
            won += p is not None and p < self.alpha
            self.done += 1
            if self.progress is not None:
                self.progress(self.done, max((len(AROUND) + 1) * self.trials, self.done))
        interval = binomtest(won, self.trials).proportion_ci(LEVEL)
        return PowerPoint(size, self.trials, won / self.trials, float(interval.low), float(interval.high))


def p_value(data: Measured | Followed, analysis: str) -> float | None:
    """The p of arm 0 against arm 1 by the design's analysis."""
    from scipy.stats import mannwhitneyu

    if isinstance(data, Followed):
        one, other = data.take(np.flatnonzero(data.arm == 0)), data.take(np.flatnonzero(data.arm == 1))
        return log_rank(one, other)
    if analysis == "median":  # its p is that of the rank sums; the bootstrap makes the interval alone
        a, b = data.of(0), data.of(1)
        return float(mannwhitneyu(a, b).pvalue) if min(len(a), len(b)) > 1 else None
    return model(data, analysis, ((0, 1),)).differences[0].p
