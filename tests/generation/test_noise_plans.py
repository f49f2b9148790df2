"""Which noise a sample is painted with."""

import numpy as np
import pytest

from oasis_tf.config.class_names import UnknownClassError
from oasis_tf.data import DataError, label_code_of
from oasis_tf.data.label_colors import LabelColors
from oasis_tf.generation import RegionNoise, SeededNoise, plan_of
from oasis_tf.runtime import noise


def test_a_sample_has_the_noise_of_its_seed(sampler, label_map_inputs):
    plan = plan_of(sampler, seed=3)
    expected = noise.seeded_noise(np.array([3, 4]), sampler.z_dim)
    for label_map_input in label_map_inputs:
        drawn = [plan.draw(label_map_input.read(), sample) for sample in range(2)]
        np.testing.assert_array_equal(drawn, expected)
    assert plan.untouched(label_map_inputs[0].read()) is None


def test_noise_is_kept_outside_of_a_region_and_the_next_seeds_inside(sampler, label_map_inputs):
    label_map = label_map_inputs[0].read()
    plan = plan_of(sampler, seed=3, resample="Water")
    vectors = noise.seeded_noise(np.array([3, 4, 5]), sampler.z_dim).numpy()
    for sample in range(2):
        drawn = plan.draw(label_map, sample)
        assert drawn.shape == (32, 32, sampler.z_dim)
        np.testing.assert_array_equal(drawn[:16], np.broadcast_to(vectors[0], (16, 32, 4)))
        inside = np.broadcast_to(vectors[1 + sample], (16, 32, 4))
        np.testing.assert_array_equal(drawn[16:], inside)
    kept = np.broadcast_to(vectors[0], (32, 32, 4))
    np.testing.assert_array_equal(plan.untouched(label_map), kept)


def test_photographs_change_in_the_region_and_nowhere_far_from_it(sampler, label_map_inputs):
    label_map = label_map_inputs[0].read().copy()
    label_map[:] = 1
    label_map[:, 31] = 5
    plan = plan_of(sampler, seed=0, resample="water")
    before, after = (
        np.int32(sampler.paint(label_map[None], z[None])[0])
        for z in (plan.untouched(label_map), plan.draw(label_map, 0))
    )
    changed = np.abs(after - before).max((0, 2))
    assert changed[31] > 3
    assert changed[:4].max() <= 1 < changed[31]


def test_meanings_differ_where_noise_does(sampler):
    plans = [
        plan_of(sampler, seed=0),
        plan_of(sampler, seed=0, resample="sky"),
        plan_of(sampler, seed=0, resample="sky,water"),
        plan_of(sampler, seed=1, resample="sky"),
    ]
    meanings = [str(plan.meaning(sample)) for plan in plans for sample in range(2)]
    distinct = set(meanings)
    assert len(distinct) == len(meanings)
    assert plan_of(sampler, seed=0, resample="5, sky").meaning(0) == plans[2].meaning(0)


def test_an_unknown_class_is_refused_with_the_near_names(sampler):
    with pytest.raises(UnknownClassError, match="no class 'watre'; did you mean water"):
        plan_of(sampler, seed=0, resample="sky,watre")
    with pytest.raises(UnknownClassError, match="no class '14'. The classes, .*13 -> "):
        plan_of(sampler, seed=0, resample="14")


def test_a_number_is_the_id_that_label_maps_hold(sampler, label_map_inputs, monkeypatch):
    shifted = label_code_of(num_classes=14, void_id=None)  # the id 4 is the class 5, water
    monkeypatch.setattr(sampler, "label_code", shifted)
    assert plan_of(sampler, seed=0, resample="4").meaning(0)["redrawn"]["classes"] == (5,)
    assert plan_of(sampler, seed=0, resample="water").meaning(0)["redrawn"]["classes"] == (5,)
    with pytest.raises(UnknownClassError, match="by the ids of your label maps, .*4 -> water"):
        plan_of(sampler, seed=0, resample="13")
    monkeypatch.setattr(sampler, "label_code", LabelColors([[(c, 0, 0)] for c in range(14)]))
    assert plan_of(sampler, seed=0, resample="5").meaning(0)["redrawn"]["classes"] == (5,)


def test_a_generator_without_noise_has_nothing_to_redraw():
    assert SeededNoise(z_dim=0, seed=0).draw(None, 0) is None
    with pytest.raises(DataError, match="no noise"):
        RegionNoise(None, size=(2, 2), z_dim=0, seed=0, meaning={})
