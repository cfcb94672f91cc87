"""What is told of the differences between two sets of probabilities, on rows made by hand."""

import pytest

from osteocast.fracture.ten_year import Row, agreement, agreement_within, mean_ratios


def row(sex, age, printed, ours, t_score=None):
    return Row(sex, age, "hip", t_score, "", printed, ours)


ROWS = (
    row("female", 50.0, 1.0, 2.0),
    row("female", 60.0, 2.0, 8.0),
    row("male", 50.0, 3.0, 3.0),
    row("male", 60.0, 4.0, 4.0, -2.0),
)


def test_mean_ratios_are_geometric_and_by_group():
    assert mean_ratios(ROWS, "sex") == pytest.approx({("female",): 8.0**0.5, ("male",): 1.0})
    assert mean_ratios(ROWS, "sex", "age")["female", 60.0] == pytest.approx(4.0)
    assert mean_ratios(ROWS)[()] == pytest.approx(8.0**0.25) == agreement(ROWS)["geometric_mean_ratio"]
    assert mean_ratios(ROWS, "scanned") == pytest.approx({(False,): 2.0, (True,): 1.0})


def test_a_difference_between_groups_can_be_taken_out():
    """Ours rank 1, 4, 2, 3 as they are; 1, 2, 3, 4 once each row's own group has lost its mean difference."""
    assert agreement(ROWS)["rank_correlation"] == pytest.approx(0.4)
    assert agreement_within(ROWS, "outcome") == pytest.approx(0.4)
    assert agreement_within(ROWS, "sex", "age") == pytest.approx(1.0)
