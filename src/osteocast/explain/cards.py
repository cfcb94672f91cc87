"""Explanations of a drug card and of an input channel of the mechanism."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from osteocast.drugs.catalogue import Card, catalogue
from osteocast.drugs.harms import Harm, harms_dict, harms_of
from osteocast.drugs.monitoring import checks_of
from osteocast.explain import equations
from osteocast.explain.explanation import Explanation
from osteocast.explain.values import card_names, in_short
from osteocast.explain.wording import CODE_QUALITY, check_words, figure, quality_words
from osteocast.model.assemble import DRIVES
from osteocast.parameters.registry import parameters


def _words(value: object) -> str:
    """Anything that stands on a card, as words."""
    if isinstance(value, Mapping):
        return "; ".join(f"{str(key).replace('_', ' ')}: {_words(one)}" for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(_words(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return figure(value, 6) if isinstance(value, (int, float)) else str(value)


def _actions(card: Card) -> list[Mapping[str, object]]:
    listed = card.actions.get("on", ())
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, (list, tuple)) else []


def _channels(card: Card) -> list[str]:
    """Inputs of the mechanism that a card acts on, in its order."""
    return [str(one.get("channel")) for one in _actions(card)]


def _action(one: Mapping[str, object]) -> str:
    """One action: the channel and how much a unit of the drug counts there."""
    channel = str(one.get("channel", ""))
    weight = "exposure"
    for key, sign in (("times", " x "), ("over", " / ")):
        factors = one.get(key, ())
        listed = factors if isinstance(factors, (list, tuple)) else (factors,)
        weight += "".join(f"{sign}{_words(each)}" for each in listed)
    rest = {key: value for key, value in one.items() if key not in ("channel", "times", "over")}
    more = f"; {_words(rest)}" if rest else ""
    return f"Acts on {channel} ({DRIVES.get(channel, 'not a channel of the mechanism')}): {weight}{more}"


_SEX = {"female": "women", "male": "men", "both": "women and men"}
_HEAD = {"harm": "Harm", "limit": "Limit", "practical": "To know"}


def _harm(one: Harm) -> str:
    """One finding: what it is, how often, in whom, with its source and how that was read."""
    counted = "" if one.measure == "none" else f" {one.in_words()[0].upper()}{one.in_words()[1:]}."
    note = f" {one.note}" if one.note else ""
    read = "" if counted and one.remembered else f"; {quality_words(one.quality)}"
    source = f"[{one.drug}; {one.population}. {one.citation}{read}]"
    return f"{_HEAD[one.kind]}, {one.title}: {one.plain}{counted}{note} {source}"


def _harms(card: Card) -> list[str]:
    """Harms and practicalities, in the measure in which benefits are given too; why a drug is rarely used."""
    lines = [
        f"Rarely an option after breast cancer: {one.text} [{one.source}; {quality_words(one.quality)}]"
        for one in card.why_rarely
    ]
    found = harms_of(card.id)
    if not found:
        return [*lines, "Harms: none looked up for this card yet, which does not mean that there are none"]
    shown = [one for one in found if one.main]
    lines.append("Harms and practicalities, counted in 1,000 people where the source allows:")
    lines += [_harm(one) for one in shown]
    if more := len(found) - len(shown):
        lines.append(f"Further studies and subgroups, {more} of them: osteocast explain {card.id} --json")
    return lines


def _monitoring(card: Card) -> list[str]:
    """What is checked while the drug is taken, as questions; nothing where nothing is listed."""
    found = checks_of([card.id])
    if not found:
        return []
    lines = [
        "Checks while it is taken, as questions and not as orders; dated for a person by osteocast monitor PERSON:"
    ]
    for one in found:
        head = "To know" if one.kind == "statement" else "Check"
        lines.append(f"{head} ({_SEX[one.sex]}). {check_words(one.to_dict())}")
    return lines


def drug(card: Card) -> Explanation:
    """What is known about one drug, class, event, habit or supplement."""
    quality = quality_words(card.quality)
    rest = {key: value for key, value in card.actions.items() if key != "on"}
    given = "" if card.route == "none" else f", {card.route}"
    lines = [f"Kind: {card.kind}{given}", f"Usual: {card.usual}"]
    if card.synonyms:
        lines.append("Also called: " + ", ".join(card.synonyms))
    if card.dose_range and card.dose_unit:
        low, high = card.dose_range
        lines.append(f"Plausible dose: {figure(low)} to {figure(high)} {card.dose_unit}")
    if card.dose_basis:
        lines.append(f"The dose weighs: {card.dose_basis}")
    if card.molar_mass_g_mol:
        formula = f" ({card.formula})" if card.formula else ""
        lines.append(f"Molar mass: {figure(card.molar_mass_g_mol, 6)} g/mol{formula}")
    if card.kinetics:
        lines.append(f"Kinetics: {_words(card.kinetics)}")
    lines += [_action(one) for one in _actions(card)]
    if rest:
        lines.append(f"Actions: {_words(rest)}")
    if not card.actions:
        lines.append("Acts on nothing in the mechanism yet: it can be written in a regimen but not simulated")
    known = parameters()
    lines += [f"{in_short(known[name])}: {known[name].title}" for name in card_names(card)]
    lines += [f"Valid for: {_words(card.valid_for)}", f"Not known: {_words(card.not_known)}"]
    lines += _harms(card) + _monitoring(card)
    for system, code in card.codes.items():
        read = CODE_QUALITY.get(code.quality, f"quality '{code.quality}'")
        name = system.replace("_", " ")
        lines.append(f"Code ({name}): {code.code}, {code.display} ({read}: {code.source})")
    lines += [f"Source of the card: {card.source or 'not recorded'}", f"Quality of the card: {quality}"]
    channels = _channels(card)
    data = {
        "card": card.id,
        "kind": card.kind,
        "route": card.route,
        "usual": card.usual,
        "synonyms": list(card.synonyms),
        "parameters": list(card_names(card)),
        "channels": channels,
        "not_known": list(card.not_known),
        "why_rarely": [asdict(one) for one in card.why_rarely],
        "harms": harms_dict(card.id),
        "monitoring": [one.to_dict() for one in checks_of([card.id])],
        "codes": {system: code.code for system, code in card.codes.items()},
        "quality": card.quality,
    }
    related = tuple(dict.fromkeys((*card_names(card), *channels)))
    return Explanation("drug", card.id, card.title, tuple(lines), card.source, quality, related, data=data)


def channel(name: str) -> Explanation:
    """What is known about one input: which drugs write it and which equations read it."""
    writers = [card.id for card in catalogue().values() if name in _channels(card)]
    readers = [one.id for one in equations.equations().values() if name in one.inputs]
    lines = (
        "An input of the mechanism: what regimens do to a person, summed over all courses",
        "Written by: " + (", ".join(writers) or "no drug card yet"),
        "Read by: " + (", ".join(readers) or "no equation yet"),
    )
    data = {"drugs": writers, "equations": readers}
    text = DRIVES[name]
    title = f"{text[0].upper()}{text[1:]}."
    return Explanation(
        "input", name, title, lines, "osteocast, model/assemble.py", "", (*writers, *readers), data=data
    )
