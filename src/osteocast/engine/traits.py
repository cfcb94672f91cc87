"""What can happen to a batch of people, so that the loop need not work out what cannot.

Leaving out a drug that nobody takes, or the testis of women, changes no number beyond rounding: its states stay at
zero, or act on nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from osteocast.drugs.catalogue import card
from osteocast.engine.schedule import modelled
from osteocast.model import assemble

FILLED_BY = {
    "calcium_store": ("calcium", "vitamin_d"),
    "antibody": ("antibody_input",),
    "bound_loosely": ("bisphosphonate_loose", "bisphosphonate_tight"),
    "bound_tightly": ("bisphosphonate_loose", "bisphosphonate_tight"),
    "buried": ("bisphosphonate_loose", "bisphosphonate_tight"),
}
"""Stores that are empty until one of these channels fills them."""


class Traits(NamedTuple):
    """What a compiled loop is made for."""

    cards: tuple[str, ...]
    """Drugs that somebody takes; `Schedule.card` counts them from 1."""
    channels: tuple[str, ...]
    """Channels that they act through."""
    idle: tuple[str, ...]
    """Stores that stay empty."""
    axis: bool
    """Whether the pituitary matters: there are men, or LH was asked for."""


ALL = Traits(modelled(), tuple(assemble.DRIVES), (), True)
"""Made for everything."""


def traits_of(
    regimens: Sequence[Any], values: Mapping[str, Any], state: Mapping[str, Any] | None, wanted: Sequence[str]
) -> Traits:
    """What can happen to people with these values who take these regimens.

    Args:
        regimens: every regimen in the batch.
        values: of the people, by name.
        state: where they start; None = as young adults.
        wanted: quantities asked for.
    """
    taken = {course.card_id for regimen in regimens for course in regimen.courses()}
    cards = tuple(name for name in modelled() if name in taken)
    reached = {action["channel"] for name in cards for action in _actions(name)}
    idle = tuple(
        store
        for store, channels in FILLED_BY.items()
        if not reached & set(channels) and (state is None or not np.any(state[store]))
    )
    axis = bool(np.any(np.asarray(values["testis"]) > 0.0)) or "LH" in wanted
    return Traits(cards, tuple(name for name in assemble.DRIVES if name in reached), idle, axis)


def _actions(name: str) -> Any:
    actions: Any = card(name).actions
    return actions["on"]
