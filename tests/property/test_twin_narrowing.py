"""What a second scan is worth, averaged over women of the virtual population who start an inhibitor.

Two years before today each had a first scan and began; today she has a second. What is forecast of her spine for five
years after the first scan is then known more narrowly.
"""

from dataclasses import replace

import numpy as np
import pytest

from osteocast.people.person import History, PastRegimen, Person
from osteocast.people.population import Population
from osteocast.people.virtual import sample
from osteocast.twin import forecast, infer
from synthetic_person import AI, TODAY, Plan, made, scans

WOMEN = 16
NOISY = 3.0


@pytest.fixture(scope="module")
def width():
    """Width of the 90 % interval of spine density five years after the first scan, relative to the truth, by what was
    seen: shape (women,)."""
    facts = sample(Population(given={"postmenopausal": 1}), np.arange(WOMEN), 4).facts
    found = {"one": [], "two": [], "noisy": []}
    for k in range(WOMEN):
        woman = Person(
            name=f"woman {k}",
            sex="female",
            age=float(facts["age"][k]) + 2.0,
            age_at_menopause=float(facts["age_at_menopause"][k]),
            bmi=float(facts["bmi"][k]),
            history=History(prior_fracture=bool(facts["prior_fracture"][k])),
            past_regimens=(PastRegimen(f"{AI} from month -24"),),
        )
        later = f"{AI} for 36 months"
        for label, cv in (("two", 1.1), ("noisy", NOISY)):
            (truth,) = made(Plan(woman, (*scans(-24), *scans(0, cv=cv)), strategy=later), 1, 50 + k, years=3)
            first = tuple(one for one in truth.person.scans if one.date < TODAY)
            for name, seen in (("one", first), (label, truth.person.scans)):
                if name == "one" and label == "noisy":
                    continue
                twin = infer(replace(truth.person, scans=seen), draws=600, per_round=600, seed=5)
                spine = forecast(twin, [later], 3).forecast.strategies[0].bmd["lumbar_spine"][-1]
                low, high = np.quantile(spine, (0.05, 0.95))
                found[name].append((high - low) / truth.bmd["lumbar_spine"][0])
    return {name: np.array(values) for name, values in found.items()}


@pytest.mark.slow
def test_a_scan_after_two_years_narrows_the_five_year_interval_by_30_percent(width):
    narrower = 1.0 - np.mean(width["two"]) / np.mean(width["one"])
    assert narrower >= 0.3


@pytest.mark.slow
def test_a_noisy_scan_narrows_it_less(width):
    assert np.mean(width["two"]) < 0.95 * np.mean(width["noisy"])
    assert np.mean(width["noisy"]) < np.mean(width["one"])
