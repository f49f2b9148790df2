import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from oasis_tf import noise

draws = st.tuples(
    st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1), st.integers(0, noise.NUM_STREAMS - 1)
)


def step_seed(draw):
    seed, step, stream = draw
    return tuple(noise.step_seed(seed=seed, step=step, stream=stream).numpy())


@given(draws, draws)
def test_no_two_draws_share_a_seed(a, b):
    assert (step_seed(a) == step_seed(b)) is (a == b)


def test_neighbouring_runs_steps_and_streams_do_not_share_a_seed():
    neighbours = list(np.ndindex(6, 6, noise.NUM_STREAMS))
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
