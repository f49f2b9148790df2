import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from draws import SEEDS, every_draw
from hypothesis import given
from hypothesis import strategies as st

from oasis_tf.runtime import noise

draws = st.tuples(
    st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1), st.integers(0, 2 * noise.NUM_STREAMS - 1)
)


def step_seed(draw):
    seed, step, stream = draw
    return tuple(noise.step_seed(seed=seed, step=step, stream=stream).numpy())


@given(draws, draws)
def test_no_two_draws_share_a_seed(a, b):
    assert (step_seed(a) == step_seed(b)) is (a == b)


def test_neighbouring_runs_steps_and_streams_do_not_share_a_seed():
    neighbours = list(np.ndindex(6, 6, 2 * noise.NUM_STREAMS))
    assert len({step_seed(draw) for draw in neighbours}) == len(neighbours)


def test_noise_of_a_seed_does_not_depend_on_the_batch_it_is_in():
    alone = noise.seeded_noise([7], 5)
    batch = noise.seeded_noise([3, 7, 9], 5)
    np.testing.assert_array_equal(batch[1], alone[0])


def test_noise_is_standard_normal_and_independent_from_seed_to_seed():
    z = noise.seeded_noise(np.arange(300), 40).numpy()
    # Of 300 x 40 normal numbers: 5 standard errors of each figure.
    assert abs(z.mean()) < 5 / np.sqrt(z.size)
    assert abs(z.var() - 1) < 5 * np.sqrt(2 / z.size)
    assert abs((z[1:] * z[:-1]).mean()) < 5 / np.sqrt(z.size)


@pytest.mark.slow
@pytest.mark.process
def test_draws_are_the_same_whether_xla_clusters_the_graphs_around_them_or_not(tmp_path):
    """In `make test-all`, as all that XLA compiles."""
    module = tf.Module()
    module.draw = tf.function(
        lambda seeds: noise.seeded_noise(seeds, 3),
        input_signature=[tf.TensorSpec((None,), tf.int64)],
    )
    tf.saved_model.save(module, str(tmp_path / "served"))
    clustered = draws_of_a_process_that_clusters(tmp_path)
    plain = tf.random.stateless_normal((5, 7), seed=SEEDS[:2], alg="philox")
    assert np.abs(clustered.pop("unprotected") - plain).max() > 0.1  # XLA was at work
    expected = every_draw() | {"served": module.draw(SEEDS).numpy()}
    assert clustered.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(clustered[name], array, err_msg=name)
        assert len(np.unique(array)) > 1, name


def draws_of_a_process_that_clusters(folder):
    """dict of name to array; every op that XLA can compile is compiled there."""
    tests = Path(__file__).parents[1]
    flags = "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit --tf_xla_min_cluster_size=1"
    command = [sys.executable, tests / "draws.py", folder / "served", folder / "draws.npz"]
    environment = {"TF_XLA_FLAGS": flags, "PYTHONPATH": str(tests.parent)}
    subprocess.run(command, check=True, capture_output=True, env=os.environ | environment)
    return dict(np.load(folder / "draws.npz"))
