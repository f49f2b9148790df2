"""What several seeds for one label map could share: counts of a tiny network, and the bound."""

import argparse

import numpy as np
import pytest
from tiny import tiny_generator, tiny_pairs

from benchmarks import performed, several_seeds
from oasis_tf.models.fold import fold

pytestmark = [pytest.mark.heavy, pytest.mark.usefixtures("untraced")]


@pytest.fixture(scope="module")
def folded():
    return fold(tiny_generator(modulation="distinct"))


def test_all_operations_are_listed_and_shared_are_those_before_relu(folded):
    _, (label_map,) = tiny_pairs(1)
    found = several_seeds.operations(folded, label_map)
    parts = performed.modulations(folded, label_map[None])
    (multiply_adds,) = performed.multiply_adds(folded, [label_map[None]])
    others = sum(one.hidden + one.sums + one.looked_up for one in parts)
    assert sum(found.values()) == pytest.approx(multiply_adds + others)
    labels, noise = (found[f"{name} in the first convolution"] for name in ("labels", "noise"))
    assert labels / noise == pytest.approx(5 / 3)  # classes and noise channels
    assert found["sums of hidden features"] == sum(one.hidden for one in parts)
    assert set(several_seeds.SHARED) < set(found)


def test_neighbourhoods_are_numbered_for_each_seed(folded):
    label_map = np.ones((8, 12), np.int32)
    for seeds in (1, 3):
        paint, number, hide = several_seeds.calls_of(folded, label_map, seeds=seeds)
        assert paint().shape == (seeds, 8, 12, 3)
        assert [one[1].shape[0] for one in number()] == [9 * seeds] * 2  # a corner, a side, inside
        assert [one.shape for one in hide()] == [(9 * seeds, 4)] * 6  # hidden channels


def test_the_bound_saves_all_but_one_seeds_part(folded, monkeypatch, capsys):
    times = [[8.0], [0.5], [0.5]]
    monkeypatch.setattr(several_seeds, "take_turns", lambda calls, repeats: times)
    arguments = argparse.Namespace(seeds=4, repeats=1)
    several_seeds.report_times(folded, np.ones((1, 8, 12), np.int32), arguments)
    assert "| 0 | 8.000 | 0.500 | 0.500 | 1.10 |" in capsys.readouterr().out  # 8 / (8 - 3/4)
