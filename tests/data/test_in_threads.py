"""Work in threads keeps its order, and ends soon when it is interrupted."""

import pytest

from oasis_tf.data import in_threads as module
from oasis_tf.data.in_threads import in_threads


def test_results_are_those_of_map_in_its_order():
    assert list(in_threads(pow, range(200), [2] * 200)) == [i**2 for i in range(200)]
    assert list(in_threads(abs, [])) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_what_has_not_begun_is_cancelled(error):
    called = []

    def call(item):
        called.append(item)
        if item == 3:
            raise error
        return item

    with pytest.raises(error):
        list(in_threads(call, range(10_000)))
    assert len(called) <= 4 + module.WAITING
    results = in_threads(called.append, range(10_000))
    next(results)
    results.close()
    assert len(called) <= 2 * (4 + module.WAITING)
