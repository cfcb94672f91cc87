"""Trials run on a few people: what is written, and that nobody's data depend on anybody else."""

import json

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from osteocast.measure.dxa import bmd
from osteocast.trials import store
from osteocast.trials.reading import parse_design
from osteocast.trials.run import run
from trial_designs import RICH, SMALL, digests

KEYS = ["arm", "person", "month"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory, one_shape):
    """`ran(text, n)`: the folder of a finished run, made once."""
    made = {}

    def folder(text, n=60, **options):
        key = (text, n, *options.items())
        if key not in made:
            made[key] = tmp_path_factory.mktemp("trial") / "out"
            run(parse_design(text), n, made[key], **options)
        return made[key]

    return folder


def rows(folder, table):
    found = store.read(folder, table).astype({"arm": str})
    by = (
        KEYS if table == "visits" else ["arm", "person"] if table == "people" else ["arm", "person", "month", "event"]
    )
    return found.sort_values(by).reset_index(drop=True)


def same_people(left, right):
    """Rows of both about people who are in the same arm of both."""
    who = pd.merge(left[["arm", "person"]].drop_duplicates(), right[["arm", "person"]].drop_duplicates())
    return (one.merge(who).reset_index(drop=True) for one in (left, right))


def test_what_is_written(ran):
    folder = ran(RICH)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["complete"] and manifest["n"] == 60 and manifest["months"] == [0, 6, 12, 18]
    found = digests(folder)
    assert found.pop("manifest.json") and found == manifest["files"]
    for table in store.TABLES:
        data = store.read(folder, table)
        assert set(data.columns) == set(manifest["schema"][table]) | {"arm"}
    people, visits = rows(folder, "people"), rows(folder, "visits")
    assert sorted(people.person) == list(range(1, 61)) and len(visits) == 60 * 4


def test_visits_move_no_fracture(ran):
    """Turnover falls and rises again between two doses of denosumab; who is scanned when is all the same."""
    yearly = SMALL.replace("letrozole 2.5 mg daily", "denosumab 60 mg every 6 months") + "fractures: true\n"
    yearly = yearly.replace("mean: 66", "mean: 80").replace("mean: 15", "mean: 30")
    often = yearly.replace("[0, 6, 18]", "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 18]")
    few, many = (rows(ran(text, 600), "events") for text in (yearly, often))
    broken = [one[~one.event.isin(["dropout", "death"])] for one in (few, many)]
    assert len(broken[0]) > 30
    assert list(broken[0].person) == list(broken[1].person) and list(broken[0].event) == list(broken[1].event)
    np.testing.assert_allclose(broken[0].month, broken[1].month, atol=0.01)


def test_four_readers_see_the_same(ran):
    folder = ran(RICH)
    ours = rows(folder, "visits")
    read = {
        "pandas": pd.read_parquet(folder / "visits").astype({"arm": str}),
        "polars": pl.read_parquet(folder / "visits/**/*.parquet", hive_partitioning=True).to_pandas(),
        "duckdb": duckdb.sql(
            f"select * from read_parquet('{folder}/visits/**/*.parquet', hive_partitioning=true)"
        ).df(),
    }
    read["xarray"] = read["pandas"].set_index(KEYS).to_xarray().to_dataframe().dropna(subset="on_study").reset_index()
    for name, found in read.items():
        table = found.sort_values(KEYS).reset_index(drop=True)[ours.columns]
        pd.testing.assert_frame_equal(table, ours, check_dtype=False, obj=name)


def test_what_is_not_seen_is_null(ran):
    folder = ran(RICH)
    visits, events = rows(folder, "visits"), rows(folder, "events")
    end = events[events.event.isin(["dropout", "death"])].groupby(["arm", "person"]).month.min().rename("end")
    visits = visits.merge(end, how="left", on=["arm", "person"])
    followed = visits.end.isna() | (visits.month < visits.end)
    assert (visits.on_study == followed).all() and 5 < (~followed).sum() < 120
    assert visits.lumbar_spine_observed[~followed].isna().all()
    assert visits.lumbar_spine_observed[visits.month == 12].isna().all()  # a whole year, but no visit
    seen = visits.lumbar_spine_observed.notna()
    assert seen[visits.month == 0].all() and 0.02 < 1 - seen[followed & visits.month.isin([6, 18])].mean() < 0.3
    assert not (events.month > events.groupby(["arm", "person"]).month.transform("max")).any()
    late = events.merge(end, how="left", on=["arm", "person"])
    assert not (late.month > late.end).any()


def test_density_begins_as_it_was_given_and_noise_is_beside_it(ran):
    people, visits = rows(ran(RICH), "people"), rows(ran(RICH), "visits")
    first = visits[visits.month == 0].reset_index(drop=True)
    np.testing.assert_allclose(first.lumbar_spine, bmd(people.t_score_lumbar_spine.to_numpy(), "lumbar_spine"))
    np.testing.assert_allclose(first.total_hip, people.bmd_total_hip)
    noise = (first.lumbar_spine_observed / first.lumbar_spine - 1).to_numpy()
    assert 0.006 < noise.std() < 0.018 and abs(noise.mean()) < 0.006


def test_rescued_are_those_whose_measurement_or_fracture_says_so(ran):
    visits, events = rows(ran(RICH), "visits"), rows(ran(RICH), "events")
    assert set(events[events.event == "rescue"].arm) == {"letrozole"}
    broken = events[events.event == "any_clinical"].set_index(["arm", "person"]).month
    for (arm, person), own in visits[visits.month.isin([0, 6])].groupby(["arm", "person"]):
        low = own.t_score_lumbar_spine_observed < -2.5
        broke = own.lumbar_spine_observed.notna() & (own.month >= broken.get((arm, person), np.inf))
        due = own.month[low | broke]
        told = events[(events.arm == arm) & (events.person == person) & (events.event == "rescue")].month.tolist()
        assert told == ([due.min()] if len(due) and arm == "letrozole" else [])
    treated = visits[(visits.arm == "letrozole") & (visits.month == 18)]
    late = visits[(visits.arm == "letrozole") & (visits.month == 0)].lumbar_spine.to_numpy()
    change = treated.lumbar_spine.to_numpy() / late - 1
    assert np.nanmean(change[treated.rescued]) > np.nanmean(change[~treated.rescued]) + 0.01


@pytest.mark.parametrize("rescue", ["zoledronic acid 4 mg", "denosumab 60 mg"])
def test_a_larger_trial_changes_nobody(ran, rescue):
    design = RICH.replace("zoledronic acid 4 mg", rescue)
    small, large = ran(design, 60), ran(design, 90)
    for table in store.TABLES:
        left, right = rows(small, table), rows(large, table)
        pd.testing.assert_frame_equal(left, right[right.person <= 60].reset_index(drop=True), check_exact=True)


def test_another_arm_changes_nobody_who_stays(ran):
    third = RICH.replace("  - {name: none", "  - {name: third, regimen: exemestane 25 mg daily}\n  - {name: none")
    for table in ("people", "visits"):
        left, right = same_people(rows(ran(RICH), table), rows(ran(third), table))
        assert left.person.nunique() > 30
        pd.testing.assert_frame_equal(left, right, check_exact=True)


def test_in_every_arm_people_differ_by_treatment_alone(ran):
    folder = ran(RICH + "every_arm: true\n", 30)
    people, visits, events = (rows(folder, table) for table in store.TABLES)
    both = [people[people.arm == arm].drop(columns="arm").reset_index(drop=True) for arm in ("letrozole", "none")]
    pd.testing.assert_frame_equal(*both)
    start = visits[visits.month == 0].pivot(index="person", columns="arm", values="lumbar_spine_observed")
    np.testing.assert_array_equal(start["letrozole"], start["none"])
    left = events[events.event == "dropout"].pivot(index="person", columns="arm", values="month")
    np.testing.assert_array_equal(left["letrozole"], left["none"])
    end = visits[visits.month == 18].pivot(index="person", columns="arm", values="sCTX").dropna()
    assert len(end) > 15 and (end["letrozole"] != end["none"]).all()


def test_every_month_on_request_with_the_same_events(ran):
    yearly, monthly = ran(SMALL), ran(SMALL, monthly=True)
    assert sorted(rows(monthly, "visits").month.unique()) == list(range(19))
    pd.testing.assert_frame_equal(rows(yearly, "events"), rows(monthly, "events"))
    some = rows(monthly, "visits")
    some = some[some.month.isin([0, 6, 12, 18])].reset_index(drop=True)
    np.testing.assert_allclose(some.lumbar_spine, rows(yearly, "visits").lumbar_spine, rtol=1e-3)


def test_a_finished_run_is_left_alone(ran):
    folder = ran(SMALL)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    done = run(parse_design(SMALL), 60, folder)
    assert done.was_there and {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
