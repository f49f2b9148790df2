"""Results come in order, whatever is done first, and no more is begun than was asked for."""

import threading
import time

import pytest

from oasis_tf.evaluation.in_flight import in_flight


def test_results_come_in_the_order_of_the_items():
    def work(item):
        time.sleep(0.02 if item % 2 == 0 else 0)  # odd ones overtake
        return item * item

    assert list(in_flight(work, range(7))) == [0, 1, 4, 9, 16, 25, 36]
    assert list(in_flight(work, [])) == []


def test_two_are_computed_at_a_time():
    together = threading.Barrier(2, timeout=5)  # breaks unless two come there at once
    assert list(in_flight(lambda item: together.wait() >= 0, range(4))) == [True] * 4


def test_items_are_read_no_further_than_needed():
    taken = []

    def items():
        for item in range(100):
            taken.append(item)
            yield item

    results = in_flight(lambda item: item, items(), depth=2)
    assert next(results) == 0
    assert taken == [0, 1, 2]


def test_an_error_comes_out_where_its_result_would():
    def work(item):
        return 6 // item

    results = in_flight(work, [3, 2, 0, 1])
    assert [next(results), next(results)] == [2, 3]
    with pytest.raises(ZeroDivisionError):
        next(results)
