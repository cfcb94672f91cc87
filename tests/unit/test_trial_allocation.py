"""Allocation: shares are kept, and nobody moves who need not."""

import numpy as np

from osteocast.trials import allocation
from osteocast.trials.reading import parse_design
from trial_designs import SMALL

THREE = SMALL.replace(
    "  - {name: none", "  - {name: third, regimen: exemestane 25 mg daily, share: 2}\n  - {name: none"
)


def arms(text, n, seed=5):
    design = parse_design(text)
    index = np.concatenate(
        [allocation.arm_index(design, allocation.chunk_ids(c, n), seed) for c in allocation.chunks(n)]
    )
    return np.array(design.arm_names)[index]


def test_every_person_is_in_one_arm():
    design, n = parse_design(THREE), 5003
    ids = [allocation.members(design, arm, chunk, n, 5) for arm, chunk in allocation.tasks(design, n)]
    np.testing.assert_array_equal(np.sort(np.concatenate(ids)), np.arange(1, n + 1))
    assert max(len(one) for one in ids) <= allocation.CHUNK


def test_shares():
    found = arms(THREE, 20_000)
    for name, share in (("letrozole", 0.25), ("third", 0.5), ("none", 0.25)):
        assert abs(np.mean(found == name) - share) < 4 * np.sqrt(share * (1 - share) / 20_000)


def test_a_larger_trial_moves_nobody():
    np.testing.assert_array_equal(arms(SMALL, 7001)[:2100], arms(SMALL, 2100))


def test_another_arm_takes_only_those_who_go_to_it():
    two, three = arms(SMALL, 4000), arms(THREE, 4000)
    stayed = three != "third"
    np.testing.assert_array_equal(two[stayed], three[stayed])
    assert 0.4 < np.mean(~stayed) < 0.6


def test_order_of_arms_does_not_matter():
    lines = [one for one in SMALL.splitlines() if one.startswith("  - {name")]
    swapped = SMALL.replace("\n".join(lines), "\n".join(lines[::-1]))
    np.testing.assert_array_equal(arms(SMALL, 3000), arms(swapped, 3000))


def test_every_arm_has_everybody():
    design = parse_design(SMALL + "every_arm: true\n")
    for arm in design.arm_names:
        np.testing.assert_array_equal(allocation.members(design, arm, 1, 2003, 5), [2001, 2002, 2003])
