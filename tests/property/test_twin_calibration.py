"""Where the truth is known, 90 % intervals of the twin hold it about as often as they say."""

import numpy as np
import pytest

from synthetic_person import made, plans, ranks

PEOPLE = 102


@pytest.mark.slow
def test_intervals_hold_the_truth():
    known = plans()
    found = [
        rank
        for place, plan in enumerate(known.values())
        for truth in made(plan, PEOPLE // len(known), 11 + place)
        for rank in ranks(truth, plan.strategy, per_round=600, draws=200, seed=3).values()
    ]
    inside = np.mean([0.05 <= rank <= 0.95 for rank in found])
    assert 0.82 <= inside <= 0.97
    assert 0.4 <= np.mean(found) <= 0.6
