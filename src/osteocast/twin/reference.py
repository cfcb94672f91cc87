"""The reference path: the posterior of one person by the No-U-Turn sampler of NumPyro.

The same prior and the same likelihood as the fast path (`inference.infer`), sampled in another way: no importance
weights, no rounds, but chains that follow the gradient of the log density through the whole life. The fast path lends
two things, which change how fast the chains mix and not where they go: a linear guess at the posterior to scale the
numbers, and the start of the chains. What it has decided on (whether adherence is in question, and to what power the
likelihood is taken) is kept, since both are part of the model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from osteocast.engine.schedule import misses_doses
from osteocast.errors import OsteocastError
from osteocast.forecast.compare import DRAWS, SEED, whole
from osteocast.forecast.numbers import Table
from osteocast.people.draws import draw_ids
from osteocast.people.person import Person
from osteocast.twin import likelihood, past, weights
from osteocast.twin.inference import Twin, Weighed, concluded, weighed
from osteocast.twin.rounds import Weighted

CHAINS = 16
WARMUP = 20
PER_CHAIN = 40
DEEPEST = 5
"""Trees have at most 2 to the power of this leapfrog steps."""
DENSITIES = 6
"""Draws of density for each draw of the chains: density is wide where nothing was scanned, and costs nothing."""
ADAPTING = 19
"""Transitions that adapt the step size; from 20 on NumPyro begins anew near the end."""
FIRST_STEP = 0.3
APART = 1.5
"""Factor on the spread of the starts of the chains over that of the guess."""


@dataclass(frozen=True)
class Reference:
    """A posterior by the No-U-Turn sampler, and how well it was sampled.

    Attributes:
        twin: the person, as `infer` gives them.
        fast: the draws of the fast path that it began with.
        r_hat: split potential scale reduction of the worst direction; 1 = the chains agree.
        effective: effective draws of the worst direction.
        divergent: share of divergent transitions.
        steps: mean leapfrog steps of a transition.
    """

    twin: Twin
    fast: Weighed
    r_hat: float
    effective: float
    divergent: float
    steps: float


def refer(
    person: Person,
    *,
    seed: int = SEED,
    chains: int = CHAINS,
    warmup: int = WARMUP,
    per_chain: int = PER_CHAIN,
    per_round: int = 1000,
) -> Reference:
    """Infer a person by the No-U-Turn sampler; needs NumPyro (`pip install "osteocast[reference]"`).

    Args:
        person: as `infer` takes them.
        seed: of everything.
        chains: how many, run side by side.
        warmup: transitions of each chain that are thrown away, beside those that adapt the step size.
        per_chain: transitions of each chain that are kept.
        per_round: draws of a round of the fast path.

    Raises:
        OsteocastError: NumPyro is missing, or doses were missed at random, each of which is either taken or not, so
            that there is nothing to differentiate.
    """
    from osteocast.twin.smooth_density import LogDensity

    draws = whole(chains * per_chain, "chains x per_chain", *DRAWS)
    fast = weighed(person, seed, per_round)
    prior, found = fast.prior, fast.found
    plan = past.plan(person, found.drawn.draws, prior.seen.months, adherence_unknown=fast.doubtful is not None)
    if any(misses_doses(regimen) for regimen in plan.regimens):
        raise OsteocastError(
            "the reference path cannot take doses that were missed at random",
            where="past",
            fix="leave the share of doses taken out, or use the fast path",
        )
    density = LogDensity(prior, plan, fast.power, chains)
    guess = weights.proposal(found.z, found.fit, wider=1.0)
    sampled = sample(density, guess, seed=seed, chains=chains, warmup=warmup, per_chain=per_chain)
    z = guess.mean[:, None] + guess.root @ sampled["x"].reshape(draws, -1).T
    r_hat, effective = _agreement(sampled["x"])
    of_reference = replace(fast, **_as_weighed(fast, z, plan, seed))
    twin = concluded(of_reference, min(DENSITIES * draws, DRAWS[1]), seed)
    return Reference(
        twin, fast, r_hat, effective, float(np.mean(sampled["diverging"])), float(np.mean(sampled["num_steps"]))
    )


def sample(
    density: Any, guess: weights.Proposal, *, seed: int, chains: int, warmup: int, per_chain: int
) -> dict[str, np.ndarray]:
    """Chains of the No-U-Turn sampler over numbers scaled by a guess at the posterior.

    Args:
        density: gives log density and gradient at many points, shapes (points,) and (points, names).
        guess: mean and root by which the numbers are scaled.
        seed: of the chains.
        chains: how many.
        warmup: transitions thrown away after the step size was adapted.
        per_chain: transitions kept.

    Returns:
        `x`, shape (chains, transitions, names), and `diverging`, `num_steps`, shape (chains, transitions).
    """
    try:
        from numpyro.infer import MCMC, NUTS
    except ImportError as missing:
        raise OsteocastError(
            "NumPyro is not installed", where="reference", fix='install it with pip install "osteocast[reference]"'
        ) from missing
    import jax
    import jax.numpy as jnp

    names = len(guess.mean)

    def outside(z: Any) -> tuple[np.ndarray, np.ndarray]:
        points = np.asarray(z, float)
        value, slope = density(points.reshape(-1, names))
        return value.reshape(points.shape[:-1]), slope.reshape(points.shape)

    # The gradient through a life is compiled by itself, once, and called from the sampler, which would compile it
    # anew at each of the places where it needs it.
    @jax.custom_vjp
    def log_density(z: Any) -> Any:
        return forward(z)[0]

    def forward(z: Any) -> tuple[Any, Any]:
        shapes = (jax.ShapeDtypeStruct((), z.dtype), jax.ShapeDtypeStruct(z.shape, z.dtype))
        value, slope = jax.pure_callback(outside, shapes, z, vmap_method="expand_dims")
        return value, slope

    log_density.defvjp(forward, lambda slope, g: (g * slope,))

    def potential(x: Any) -> Any:
        return -log_density(jnp.asarray(guess.mean) + jnp.asarray(guess.root) @ x)

    def run(begin: Any, adapt: bool, step_size: float, first: int, kept: int) -> Any:
        kernel = NUTS(
            potential_fn=potential,
            step_size=step_size,
            adapt_step_size=adapt,
            adapt_mass_matrix=False,
            max_tree_depth=DEEPEST,
        )
        method = "vectorized" if chains > 1 else "sequential"
        made = MCMC(
            kernel, num_warmup=first, num_samples=kept, num_chains=chains, chain_method=method, progress_bar=False
        )
        made.run(
            jax.random.key(seed + int(adapt)),
            init_params=begin if chains > 1 else begin.reshape(names),
            extra_fields=("diverging", "num_steps"),
        )
        return made

    # Each chain adapts a step of its own in few transitions; the median of all is better than any of them.
    start = jnp.asarray(APART * np.random.default_rng(seed).standard_normal((chains, names)))
    adapted = run(start, True, FIRST_STEP, ADAPTING, 1).last_state
    step_size = float(np.median(np.asarray(adapted.adapt_state.step_size)))
    sampler = run(adapted.z, False, step_size, warmup, per_chain)
    more = sampler.get_extra_fields(group_by_chain=True)
    found = {"x": sampler.get_samples(group_by_chain=True), **more}
    return {name: np.asarray(value) for name, value in found.items()}


def _agreement(x: np.ndarray) -> tuple[float, float]:
    """Largest split R-hat and smallest effective number of draws over all directions."""
    from numpyro.diagnostics import effective_sample_size, split_gelman_rubin

    return float(np.max(split_gelman_rubin(x))), float(np.min(effective_sample_size(x)))


def _as_weighed(fast: Weighed, z: np.ndarray, plan: past.Plan, seed: int) -> dict[str, Any]:
    """The draws of the chains in the form of the fast path's, lived again up to month 0.

    Where adherence is in question each draw is lived with every share of doses, and these share its weight in
    proportion to prior and likelihood.
    """
    prior, levels = fast.prior, len(plan.levels)
    z = np.repeat(z, levels, axis=1)
    drawn = prior.draw(z, seed)
    table = Table(seed, draw_ids(prior.person, z.shape[1]))
    lived = past.live(
        prior.person, drawn.draws, prior.seen.months, table, adherence_unknown=fast.doubtful is not None
    )
    fitted = likelihood.fit(prior.seen, drawn, lived)
    by_draw = fast.power * fitted.log_likelihood.reshape(-1, levels)
    log_weight = (by_draw - np.logaddexp.reduce(by_draw, axis=1)[:, None]).ravel()
    found = Weighted(z, drawn, lived, fitted, log_weight, z.shape[1], [table])
    return {"found": found, "log_weight": log_weight}
