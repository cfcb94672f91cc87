"""Each habit and supplement against the interval of its evidence: inside it, and not nothing where the interval
excludes nothing. Percentage points of density, with the item minus without, in the same women after menopause."""

import numpy as np
import pytest

from osteocast.engine.run import run
from osteocast.people.sample import Group
from osteocast.regimen import Regimen
from osteocast.trials.published import Arm

PEOPLE = 64
WOMEN = Group("female", 62.0, 12.0, 27.0)
NOTHING = (-0.05, 0.05)
"""A card without effect."""
EVIDENCE = [
    # text, beside, site, month, low, high, excludes nothing, source
    ("calcium 1000 mg daily", "none", "lumbar_spine", 24, 0.7, 1.8, True, "Tai, BMJ 2015;351:h4183"),
    ("calcium 1000 mg daily", "none", "total_hip", 24, 0.7, 1.8, True, "Tai, BMJ 2015;351:h4183"),
    ("vitamin D 800 IU daily", "none", "lumbar_spine", 24, -0.3, 0.3, False, "Reid, Lancet 2014;383:146 (memory)"),
    pytest.param(
        "vitamin D 800 IU daily", "none", "femoral_neck", 24, 0.2, 1.4, True, "Reid, Lancet 2014;383:146 (memory)",
        marks=pytest.mark.xfail(reason="nothing in the model acts at the neck and not at the hip: docs/misfits.md"),
    ),
    (
        "resistance exercise twice weekly", "anastrozole 1 mg daily", "lumbar_spine", 12, -0.8, 2.0, False,
        "Thomas, Obesity 2017;25:346",
    ),
    ("running twice weekly", "none", "total_hip", 12, 0.0, 1.0, False, "pooled trials: small, heterogeneous"),
    ("impact exercise twice weekly", "none", "total_hip", 12, 0.0, 1.0, True, "pooled trials: small, heterogeneous"),
    ("walking daily", "none", "lumbar_spine", 12, *NOTHING, False, "no evidence of gain (memory)"),
    ("walking daily", "none", "total_hip", 12, *NOTHING, False, "no evidence of gain (memory)"),
    ("protein 30 g daily", "none", "lumbar_spine", 24, 0.06, 0.97, True, "Shams-White, Am J Clin Nutr 2017;105:1528"),
    ("protein 30 g daily", "none", "total_hip", 24, -0.3, 0.3, False, "Shams-White, Am J Clin Nutr 2017;105:1528"),
    ("magnesium 300 mg daily", "none", "lumbar_spine", 24, *NOTHING, False, "no trial: Groenendijk, Bone 2022"),
    ("vitamin K 100 ug daily", "none", "lumbar_spine", 24, *NOTHING, False, "Mott, Osteoporos Int 2019;30:1543"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "beside", "site", "month", "low", "high", "counts", "source"),
    EVIDENCE,
    ids=[f"{row[0]}, {row[2]}" for row in (getattr(one, "values", one) for one in EVIDENCE)],
)
def test_effect_lies_inside_the_evidence(one_shape, sample, text, beside, site, month, low, high, counts, source):
    table = sample(WOMEN, PEOPLE)
    ends = []
    for regimen in (beside, text if beside == "none" else f"{beside} + {text}"):
        arm = Arm(WOMEN, Regimen.parse(regimen))
        found = run(table, [arm.regimen], np.zeros(PEOPLE, int), np.array([0.0, month]), start_month=arm.start_month)
        ends.append(100.0 * (found.quantity[site][1] / found.quantity[site][0] - 1.0))
    effect = float(np.mean(ends[1] - ends[0]))
    assert low <= effect <= high, f"{effect:+.2f} against {low} to {high} ({source})"
    assert not counts or abs(effect) > 0.05


def test_calcium_is_a_step_not_a_slope(one_shape, sample):
    """Most of the gain comes in the first two years; it does not go on (Tai, BMJ 2015;351:h4183)."""
    table, gain = sample(WOMEN, PEOPLE), []
    months = np.array([0.0, 24.0, 60.0])
    courses = [
        run(table, [Regimen.parse(text)], np.zeros(PEOPLE, int), months, start_month=-300.0).quantity["lumbar_spine"]
        for text in ("none", "calcium 1000 mg daily")
    ]
    gain = np.diff([100.0 * (course / course[0] - 1.0).mean(axis=1) for course in courses], axis=0)[0]
    assert gain[2] - gain[1] < 0.4 * gain[1]
