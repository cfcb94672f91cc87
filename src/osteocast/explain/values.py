"""Explanations of a parameter and of a source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from osteocast.drugs.catalogue import Card, catalogue
from osteocast.explain import equations
from osteocast.explain.explanation import Explanation
from osteocast.explain.wording import (
    BASIS,
    figure,
    interval,
    qualities_words,
    quality_words,
    with_unit,
)
from osteocast.parameters.registry import parameters
from osteocast.parameters.schema import Parameter

_PEOPLE = {"female": "women", "male": "men"}


def card_names(card: Card) -> tuple[str, ...]:
    """Parameters that a drug card names, in its order."""
    found: dict[str, None] = {}

    def search(value: object) -> None:
        if isinstance(value, Mapping):
            for key, one in value.items():
                if key != "channel":
                    search(one)
        elif isinstance(value, (list, tuple)):
            for one in value:
                search(one)
        elif isinstance(value, str) and value in parameters():
            found[value] = None

    search(card.kinetics)
    search(card.actions)
    return tuple(found)


def _given(one: Parameter) -> str:
    """The value as its record gives it: the same for all, or by sex."""
    if len(set(one.values.values())) == 1:
        return with_unit(next(iter(one.values.values())), one.unit)
    return ", ".join(f"{with_unit(value, one.unit)} in {_PEOPLE[sex]}" for sex, value in one.values.items())


def in_short(one: Parameter) -> str:
    """Name, value in force, basis and how the source was read, on one line."""
    value = _given(one) if one.fitted is None else with_unit(one.fitted, one.unit)
    return f"{one.name} = {value} ({one.basis}; {quality_words(one.quality)})"


def _value_lines(one: Parameter) -> list[str]:
    """The value in force and, for a fitted parameter, its interval and its prior."""
    if one.basis != "fitted":
        return [f"Value: {_given(one)}"]
    low, high = interval(next(iter(one.values.values())), one.prior_log_sd)
    sd = figure(one.prior_log_sd)
    prior = f"Prior: {_given(one)}, 90 % interval {figure(low)} to {figure(high)} (log sd {sd})"
    if one.fitted is None:
        return [f"Value: {_given(one)}, the centre of its prior; no calibration has been run yet", prior]
    value = f"Value: {with_unit(one.fitted, one.unit)}, fitted"
    if one.fitted_log_sd is not None:
        low, high = interval(one.fitted, one.fitted_log_sd)
        value += f"; 90 % interval {figure(low)} to {figure(high)}"
    return [value, prior]


def _spread(one: Parameter) -> str:
    if not one.between_person_log_sd:
        return "Between people: one value for all"
    low, high = interval(1.0, one.between_person_log_sd)
    sd = figure(one.between_person_log_sd)
    times = f"{figure(low, 2)} to {figure(high, 2)}"
    return f"Between people: nine in ten lie within {times} times this (log sd {sd})"


def _readers(name: str) -> tuple[list[str], list[str], list[str]]:
    """Lines on who reads a parameter, with the ids of the equations and cards."""
    ids = equations.using(name)
    cards = [card.id for card in catalogue().values() if name in card_names(card)]
    lines = []
    if ids:
        lines.append("Used by the equations: " + ", ".join(ids))
    if cards:
        lines.append("Used by the drugs: " + ", ".join(cards))
    if not lines:
        lines.append("Used: by no equation or drug card directly; it helps to set up a person")
    return lines, list(ids), cards


def parameter(one: Parameter) -> Explanation:
    """What is known about one parameter."""
    low, high = one.bounds
    readers, ids, cards = _readers(one.name)
    quality = quality_words(one.quality)
    lines = (
        *_value_lines(one),
        f"Bounds: {figure(low)} to {with_unit(high, one.unit)}",
        f"Basis: {BASIS[one.basis]}",
        f"Quality: {quality}" + (" (of the prior)" if one.basis == "fitted" else ""),
        f"Where: {one.where}",
        f"Source: {one.citation}",
        _spread(one),
        *readers,
    )
    fitted = one.fitted is not None and one.fitted_log_sd is not None
    bounds = interval(one.fitted or 0.0, one.fitted_log_sd or 0.0) if fitted else (None, None)
    data = {
        "values": {sex: one.value(sex) for sex in one.values},
        "unit": one.unit,
        "lo90": bounds[0],
        "hi90": bounds[1],
        "prior": dict(one.values) if one.basis == "fitted" else None,
        "prior_log_sd": one.prior_log_sd or None,
        "bounds": [low, high],
        "basis": one.basis,
        "quality": one.quality,
        "between_person_log_sd": one.between_person_log_sd,
        "source": one.source,
        "equations": ids,
        "drugs": cards,
    }
    return Explanation(
        "parameter", one.name, one.title, lines, one.citation, quality, (one.source, *ids, *cards), data=data
    )


def sources() -> Mapping[str, tuple[Parameter, ...]]:
    """Parameters by the key of their source."""
    found: dict[str, list[Parameter]] = {}
    for one in parameters().values():
        found.setdefault(one.source, []).append(one)
    return {key: tuple(ones) for key, ones in found.items()}


def keys_of(papers: Iterable[str]) -> tuple[str, ...]:
    """Keys of parameter files for papers named as `Surname..., Journal 1996;1:1`."""
    found = []
    for paper in papers:
        for key in sources():
            name, year = key[:-4], key[-4:]
            if year.isdigit() and paper.startswith(name) and f" {year}" in paper:
                found.append(key)
    return tuple(dict.fromkeys(found))


def source(key: str) -> Explanation:
    """What rests on one source: its parameters, and how well it was read for each."""
    ones = sources()[key]
    lines = (
        f"Source: {ones[0].citation}",
        f"Parameters that rest on it: {len(ones)}",
        *(f"{in_short(one)}: {one.title}" for one in ones),
    )
    quality = qualities_words(one.quality for one in ones)
    names = tuple(one.name for one in ones)
    data = {"parameters": list(names), "qualities": sorted({one.quality for one in ones})}
    return Explanation("source", key, ones[0].citation, lines, ones[0].citation, quality, names, data=data)
