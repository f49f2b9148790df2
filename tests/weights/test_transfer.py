"""Weights carried over to other classes and sizes: what is kept is kept exactly."""

import numpy as np
import pytest
from tiny import (
    HEIGHT,
    NUM_CLASSES,
    WIDTH,
    assert_same_weights,
    tiny_discriminator,
    tiny_generator,
    tiny_pairs,
    tiny_z,
    weights_of,
)

from oasis_tf.weights import official_names
from oasis_tf.weights.transfer import TransferError, match_classes, transfer

NAMES = ("void", "sky", "road", "tree", "sea")
PERMUTED = ("void", "tree", "sky", "sea", "road")
SAME = {index: index for index in range(NUM_CLASSES)}


def arrays(network):
    """The weights by their names, in the official layouts."""
    return {
        name: entry.to_reference(entry.variable.numpy())
        for name, entry in official_names.entries(network).items()
        if entry.variable is not None
    }


@pytest.mark.parametrize("options", [{}, {"label_embedding": 2}, {"pixel_noise": True}])
def test_a_generator_of_permuted_classes_paints_the_same_picture(options):
    source, target = (tiny_generator(seed, **options) for seed in (1, 2))
    if options.get("pixel_noise"):
        source.blocks[0].pixel_noise.strength.assign([3.0, 1.0, 2.0, 4.0])
    partners = match_classes(PERMUTED, NAMES)
    _, label_map = tiny_pairs(2)
    new_ids = np.array([PERMUTED.index(name) for name in NAMES])
    transfer(source, target, partners)
    before, after = source(label_map, tiny_z(2)), target(new_ids[label_map], tiny_z(2))
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-6)
    assert np.abs(target(label_map, tiny_z(2)) - before).max() > 1e-2


def test_a_discriminator_of_permuted_classes_gives_the_same_logits_in_their_new_places():
    source, target = tiny_discriminator(seed=1), tiny_discriminator(seed=2)
    image, _ = tiny_pairs(2)
    transfer(source, target, match_classes(PERMUTED, NAMES))
    channels = [0] + [1 + NAMES.index(name) for name in PERMUTED]
    before, after = source(image).numpy(), target(image).numpy()
    np.testing.assert_allclose(after, before[..., channels], rtol=0, atol=1e-6)


def test_a_new_class_starts_as_the_mean_of_the_old_ones_without_void():
    names = ("void", "sky", "goat", "Sea", "road", "yak")
    partners = match_classes(names, NAMES)
    assert partners == {0: 0, 1: 1, 3: 4, 4: 2}
    source = tiny_generator(seed=1)
    target = tiny_generator(seed=2, num_classes=6)
    report = transfer(source, target, partners)
    assert report.by_class == [name for name in arrays(source) if name in WITH_CLASSES]
    assert report.fresh == {}
    for name in report.by_class:
        old, new = arrays(source)[name], arrays(target)[name]
        np.testing.assert_array_equal(new[:, : 3 + 2], old[:, : 3 + 2])  # noise, void, sky
        np.testing.assert_array_equal(new[:, 3 + 3], old[:, 3 + 4])
        np.testing.assert_array_equal(new[:, 3 + 4], old[:, 3 + 2])
        for goat_or_yak in (2, 5):
            mean = (old[:, 4] + old[:, 5] + old[:, 6] + old[:, 7]) / 4
            np.testing.assert_allclose(new[:, 3 + goat_or_yak], mean, rtol=1e-6, atol=1e-8)


WITH_CLASSES = {"fc.weight"} | {
    f"body.{block}.norm_{part}.mlp_shared.0.weight" for block in (0, 1) for part in "01s"
}


def test_a_discriminators_new_class_starts_as_the_mean_of_the_old_logits():
    source, target = tiny_discriminator(seed=1), tiny_discriminator(seed=2, num_classes=3)
    image, _ = tiny_pairs(2)
    report = transfer(source, target, match_classes(("void", "goat", "sea"), NAMES))
    assert report.by_class == ["layer_up_last.weight", "layer_up_last.bias"]
    old, new = source(image).numpy(), target(image).numpy()
    expected = np.stack([old[..., 0], old[..., 1], old[..., 2:].mean(-1), old[..., 5]], axis=-1)
    np.testing.assert_allclose(new, expected, rtol=0, atol=1e-6)


def test_another_image_size_takes_every_weight():
    source = tiny_generator(seed=1)
    target = tiny_generator(seed=2, image_size=(2 * HEIGHT, WIDTH))
    report = transfer(source, target, SAME)
    assert report.fresh == {}
    assert_same_weights(weights_of(target), weights_of(source))


def test_what_does_not_fit_is_listed_and_left_as_it_was():
    source, target = tiny_discriminator(seed=1), tiny_discriminator(seed=2, channels=(4, 6, 6))
    before = arrays(target)
    report = transfer(source, target, SAME)
    assert report.fresh["body_down.2.conv1.1.weight_orig"] == "not in the source"
    here_and_there = "(4, 12, 3, 3) here, (2, 8, 3, 3) in the source"
    assert report.fresh["body_up.1.conv1.2.weight_orig"] == here_and_there
    carried = {*report.copied, *report.by_class}
    assert carried.isdisjoint(report.fresh) and carried | report.fresh.keys() == before.keys()
    for name, array in arrays(target).items():
        origin = arrays(source) if name in carried else before
        np.testing.assert_array_equal(array, origin[name], err_msg=name)


def test_other_norms_list_the_statistics():
    report = transfer(tiny_generator(norm="instance"), tiny_generator(), SAME)
    statistics = [f"body.0.norm_0.first_norm.running_{kind}" for kind in ("mean", "var")]
    assert [report.fresh[name] for name in statistics] == ["not in the source"] * 2
    report = transfer(tiny_generator(), tiny_generator(norm="instance"), SAME)
    assert report.fresh == {} and set(statistics) < set(report.unused)
    assert all(".first_norm." in name for name in report.unused)


@pytest.mark.parametrize(("old", "new"), [(2, 3), (3, 2)])
def test_common_channels_of_noise_are_kept(old, new):
    source, target = tiny_generator(seed=1, z_dim=old), tiny_generator(seed=2, z_dim=new)
    before = arrays(target)["fc.weight"]
    report = transfer(source, target, SAME)
    was, now = arrays(source)["fc.weight"], arrays(target)["fc.weight"]
    np.testing.assert_array_equal(now[:, :2], was[:, :2])
    np.testing.assert_array_equal(now[:, new:], was[:, old:])
    np.testing.assert_array_equal(now[:, 2:new], before[:, 2:new])
    left = [name for name in report.fresh if name.startswith("fc.weight")]
    assert left == (["fc.weight, noise channels 3 to 3"] if new > old else [])


def test_a_new_class_starts_with_the_mean_vector_of_the_old_ones_without_void():
    source = tiny_generator(seed=1, label_embedding=2)
    target = tiny_generator(seed=2, label_embedding=2, num_classes=3)
    report = transfer(source, target, match_classes(("void", "goat", "sea"), NAMES))
    assert report.by_class == ["label_embedding.weight"] and report.fresh == {}
    old, new = (network.embedding.kernel.numpy()[0, 0] for network in (source, target))
    expected = [old[0], (old[1] + old[2] + old[3] + old[4]) / 4, old[4]]
    np.testing.assert_allclose(new, expected, rtol=1e-6)
    for name in report.copied:
        np.testing.assert_array_equal(arrays(target)[name], arrays(source)[name])


def test_behind_an_embedding_common_channels_of_noise_are_kept():
    source = tiny_generator(seed=1, label_embedding=1, z_dim=2)
    target = tiny_generator(seed=2, label_embedding=1, z_dim=3)
    before = arrays(target)["fc.weight"]
    report = transfer(source, target, SAME)
    was, now = arrays(source)["fc.weight"], arrays(target)["fc.weight"]
    expected = np.stack([was[:, 0], was[:, 1], before[:, 2], was[:, 2]], axis=1)
    np.testing.assert_array_equal(now, expected)
    assert report.by_class == ["label_embedding.weight"] and "fc.weight" in report.copied
    assert "fc.weight, noise channels 3 to 3" in report.fresh


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (None, 5, "reads label vectors of 5 (generator.label_embedding) here, one-hot labels in"),
        (5, None, "reads one-hot labels here, label vectors of 5 (generator.label_embedding) in"),
        (2, 3, "reads label vectors of 3 (generator.label_embedding) here, label vectors of 2 "),
    ],
)
def test_kernels_that_read_other_labels_are_listed_even_if_their_shapes_agree(old, new, reason):
    source = tiny_generator(seed=1, label_embedding=old)
    target = tiny_generator(seed=2, label_embedding=new)
    before = arrays(target)
    report = transfer(source, target, SAME)
    readers = [name for name in before if name in WITH_CLASSES]
    assert readers and all(report.fresh[name].startswith(reason) for name in readers)
    assert ("label_embedding.weight" in report.fresh) is (new is not None)
    for name in report.fresh:
        np.testing.assert_array_equal(arrays(target)[name], before[name])


def test_classes_are_matched_by_name_in_any_case_and_by_what_is_told():
    old = ("void", "Traffic Light", "sky", "house", "road")
    new = ("unlabelled", "sky", "traffic  light", "building", "goat", "road", "Sky")
    pairs = {"Building": "HOUSE", "road": "sky"}
    assert match_classes(new, old, pairs) == {0: 0, 1: 2, 2: 1, 3: 3, 5: 2, 6: 2}


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ({"gost": "sky"}, "no class 'gost' among the new ones; did you mean goat"),
        ({"goat": "xyz"}, "no class 'xyz' among the old ones; known are void, sky"),
    ],
)
def test_a_class_that_is_not_there_is_named(pairs, sentence):
    with pytest.raises(TransferError, match=sentence):
        match_classes(("void", "goat"), ("void", "sky"), pairs)
