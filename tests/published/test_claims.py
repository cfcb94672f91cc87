"""The numbers kept for the statements of the source article are those of the mechanism as it is."""

import pytest

from osteocast.explain import claims_runs
from osteocast.explain.claim_records import rows_to_simulate


def test_kept_runs_are_what_the_model_gives():
    found = claims_runs.simulate()
    assert claims_runs.outside(found) == []
    assert found == pytest.approx(dict(claims_runs.kept()["runs"]), rel=0.02, abs=0.05)


def test_kept_rows_are_what_the_model_gives():
    found = claims_runs.rows(rows_to_simulate())
    assert found == pytest.approx(dict(claims_runs.kept()["rows"]), rel=0.02, abs=0.05)
