"""Random numbers belong to a person, a purpose and a seed, and to nothing else."""

import zlib

import jax
import numpy as np
import pytest

from osteocast.errors import OsteocastError
from osteocast.people import streams
from osteocast.people.person import Person
from osteocast.people.streams import normals, person_id, stream, uniforms

IDS = np.arange(400, dtype=np.uint32) * 7919 + 3


@pytest.mark.parametrize("draw", [normals, uniforms])
def test_numbers_do_not_depend_on_batch_or_order(draw):
    everyone = draw(1, "adherence", IDS)
    order = np.random.default_rng(0).permutation(len(IDS))
    np.testing.assert_array_equal(draw(1, "adherence", IDS[order]), everyone[order])
    np.testing.assert_array_equal(draw(1, "adherence", IDS[37:38]), everyone[37:38])
    np.testing.assert_array_equal(draw(1, "adherence", IDS[:150].tolist()), everyone[:150])
    assert everyone.dtype == np.float64 and len(np.unique(everyone)) == len(IDS)


@pytest.mark.parametrize("draw", [normals, uniforms])
def test_purpose_seed_and_person_change_the_number(draw):
    first = draw(1, "adherence", IDS)
    for other in (draw(1, "clearance", IDS), draw(2, "adherence", IDS)):
        assert not np.any(first == other) and abs(np.corrcoef(first, other)[0, 1]) < 0.2


def test_keys_follow_the_recipe():
    key = jax.random.fold_in(jax.random.key(5), zlib.crc32(b"scan noise"))
    expected = [jax.random.key_data(jax.random.fold_in(key, int(one))) for one in IDS[:5]]
    np.testing.assert_array_equal(jax.random.key_data(stream(5, "scan noise", IDS[:5])), np.stack(expected))


def test_numbers_are_the_same_in_32_and_64_bit_mode():
    plain = normals(9, "x", IDS[:20])
    for mode in (True, False):
        with jax.enable_x64(mode):
            np.testing.assert_array_equal(normals(9, "x", IDS[:20]), plain)


def test_distributions():
    ids = np.arange(20000)
    z, u = normals(3, "z", ids), uniforms(3, "u", ids)
    assert abs(z.mean()) < 0.03 and abs(z.std() - 1) < 0.02 and u.min() >= 0 and u.max() < 1
    assert abs(u.mean() - 0.5) < 0.01


def test_names_stand_for_their_crc32():
    ann = Person(name="Ann", sex="female", age=60)
    assert ann.id == person_id("Ann") == zlib.crc32(b"Ann")
    np.testing.assert_array_equal(normals(1, "x", ["Ann", "Eve"]), normals(1, "x", [ann.id, person_id("Eve")]))
    assert normals(1, "x", []).shape == (0,)


def test_all_purposes_share_one_compiled_function():
    for purpose in ("a", "b", "c"):
        normals(11, purpose, IDS[:6])
        normals(12, purpose, IDS[:6])
    before = streams._compiled().normals._cache_size()
    normals(13, "another purpose", IDS[:6])
    assert streams._compiled().normals._cache_size() == before


@pytest.mark.parametrize(
    ("seed", "ids", "word"),
    [
        (-1, [1], "seed"),
        (1.5, [1], "seed"),
        (True, [1], "seed"),
        (1, [-1], "person_ids"),
        (1, [2**32], "person_ids"),
        (1, [0.5], "person_ids"),
        (1, [[1]], "person_ids"),
    ],
)
def test_bad_seeds_and_ids_are_refused(seed, ids, word):
    with pytest.raises(OsteocastError, match=word):
        normals(seed, "x", ids)


def test_a_table_holds_the_numbers_of_each_purpose():
    """Whatever the number of purposes, the size of the batch and the lane a person falls into."""
    ids = np.concatenate([IDS, IDS[:300] + 1])  # more than one block
    table = streams.normals_table(5, ["adherence", "clearance"], ids)
    np.testing.assert_array_equal(table[0], normals(5, "adherence", ids))
    np.testing.assert_array_equal(table[1], normals(5, "clearance", ids))
    np.testing.assert_array_equal(streams.normals_table(5, ["clearance"], ids[600:]), table[1:, 600:])


def test_each_attempt_has_a_stream_of_its_own():
    attempts = np.arange(len(IDS)) % 3
    table = streams.normals_table(5, ["age"], IDS, attempts)[0]
    for k in range(3):
        expected = normals(5, streams.again("age", k), IDS)
        np.testing.assert_array_equal(table[attempts == k], expected[attempts == k])
    assert streams.again("age", 0) == "age"


def test_a_table_of_nobody_or_nothing():
    assert streams.normals_table(5, ["age"], []).shape == (1, 0)
    assert streams.normals_table(5, [], IDS).shape == (0, len(IDS))
