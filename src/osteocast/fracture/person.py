"""A person's file as risk factors of the fracture rates."""

from __future__ import annotations

from osteocast.fracture.factors import FACTORS
from osteocast.people.person import HISTORY_KEYS, Person


def risk_factors(person: Person) -> dict[str, float]:
    """What is known of a person, by name of `factors.FACTORS`; what is not known is left out."""
    found = {
        name: float(value)
        for name in HISTORY_KEYS
        if name in FACTORS and (value := getattr(person.history, name)) is not None
    }
    if person.bmi is not None:
        found["bmi"] = person.bmi
    return found


def not_used(person: Person) -> tuple[str, ...]:
    """Risk factors of a person's file that no rate reads: they act through density, or no ratio was seen."""
    return tuple(name for name in HISTORY_KEYS if name not in FACTORS and getattr(person.history, name))
