"""SPADE beside its recordings: edges, sizes, refusals, folding, saved models."""

import keras
import numpy as np
import pytest
from tiny import NUM_CLASSES

from oasis_tf.augment.augmentation import Augmentation
from oasis_tf.losses.feature_matching import FeatureMatching
from oasis_tf.losses.hinge import HingeAdversarial, HingeFake, HingeReal
from oasis_tf.losses.loss import ForwardPass
from oasis_tf.models import SPADE, SPADEDiscriminator, SPADEGenerator
from oasis_tf.models.fold import fold
from oasis_tf.models.spade.discriminator import half_scale
from oasis_tf.models.spade.edges import instance_edges

SIZE = (32, 64)
pytestmark = pytest.mark.usefixtures("untraced")


def tiny_generator(**settings):
    arguments = {"channels": 1, "spade_hidden": 3, "init_gain": 1.0}
    return SPADEGenerator(NUM_CLASSES, SIZE, **arguments | settings)


def label_maps(count, seed=0):
    ids = np.random.default_rng(seed).integers(0, NUM_CLASSES, (count, 4, 8))
    return ids.repeat(8, axis=1).repeat(8, axis=2).astype(np.int32)


def test_an_edge_is_a_pixel_beside_another_instance():
    instances = np.array([[[7, 7, 7, 7], [7, 7, 9, 9], [7, 7, 9, 9]]])
    expected = [[0, 0, 1, 1], [0, 1, 1, 1], [0, 1, 1, 0]]
    np.testing.assert_array_equal(instance_edges(instances)[0, ..., 0], expected)


def test_edges_are_an_input_of_both_networks():
    generator = tiny_generator(edges=True)
    discriminator = SPADEDiscriminator(NUM_CLASSES, channels=2, edges=True, init_gain=1.0)
    maps, one = label_maps(1), np.zeros((1, *SIZE), np.int32)
    two = one + (np.arange(64) > 20)
    images = [generator(maps, instance_map=instances) for instances in (one, two)]
    assert np.abs(images[0] - images[1]).max() > 1e-4
    logits = [discriminator(images[0], maps, instances)[0][-1] for instances in (one, two)]
    assert np.abs(logits[0] - logits[1]).max() > 1e-4
    with pytest.raises(ValueError, match="give it an instance_map"):
        generator(maps)
    with pytest.raises(ValueError, match="takes no instance_map"):
        tiny_generator()(maps, instance_map=one)
    with pytest.raises(ValueError, match="Make both networks with instance edges"):
        SPADE(generator, SPADEDiscriminator(NUM_CLASSES, channels=2))


def test_a_panoptic_map_holds_both_maps():
    networks = tiny_generator(edges=True), SPADEDiscriminator(NUM_CLASSES, channels=2, edges=True)
    maps, instances = label_maps(2), label_maps(2, seed=1) + 1000
    panoptic = np.stack([maps, instances], axis=-1)
    image = networks[0](maps, instance_map=instances)
    np.testing.assert_array_equal(networks[0](panoptic), image)
    np.testing.assert_array_equal(
        networks[1](image, panoptic)[0][-1], networks[1](image, maps, instances)[0][-1]
    )
    with pytest.raises(ValueError, match="takes no instance_map"):
        tiny_generator()(panoptic)


def edge_model(**settings):
    keras.utils.set_random_seed(0)
    discriminator = SPADEDiscriminator(NUM_CLASSES, channels=1, edges=True, init_gain=1.0)
    model = SPADE(tiny_generator(edges=True), discriminator)
    model.compile(keras.optimizers.Adam(1e-2), keras.optimizers.Adam(1e-2), **settings)
    return model


def test_training_and_its_test_see_the_instances():
    """The same network on the same photographs and classes, with two objects or with one."""
    images, maps = np.zeros((2, *SIZE, 3), np.float32), label_maps(2)
    one = np.zeros_like(maps)
    two = one + (np.arange(64) > 20)
    batches = [np.stack([maps, instances], axis=-1) for instances in (one, two, two + 5)]
    model = edge_model()
    tested = [model.test_on_batch(images, batch, return_dict=True) for batch in batches]
    assert abs(tested[0]["d_real"] - tested[1]["d_real"]) > 1e-5
    assert tested[1] == tested[2]  # only edges count, not the numbers
    trained = []
    for batch in batches[:2]:
        model = edge_model(augmentation=Augmentation(translation=0.2, cutout=0.3))
        trained.append(model.train_on_batch(images, batch, return_dict=True))
    assert abs(trained[0]["d_real"] - trained[1]["d_real"]) > 1e-5
    assert model.predict(batches[1], verbose=0).shape == images.shape
    with pytest.raises(ValueError, match=r"Label maps must be \(b, 32, 64, 2\)"):
        model.test_on_batch(images, maps)
    with pytest.raises(ValueError, match="hold the id 99"):
        model.test_on_batch(images, 0 * batches[0] + [99, 0])


@pytest.mark.parametrize(("upsampling", "size"), [("more", (64, 64)), ("most", (128, 128))])
def test_sizes_of_more_and_most(upsampling, size):
    generator = SPADEGenerator(2, size, channels=2, spade_hidden=1, upsampling=upsampling)
    assert generator(np.zeros((1, *size), np.int32)).shape == (1, *size, 3)
    assert len(generator.blocks) == (8 if upsampling == "most" else 7)
    smaller = tuple(side // 2 for side in size)
    with pytest.raises(ValueError, match=f"multiples of {size[0]}|{size[0]}"):
        SPADEGenerator(2, smaller, channels=2, spade_hidden=1, upsampling=upsampling)


def test_refusals():
    with pytest.raises(ValueError, match="upsampling must be one of normal, more, most"):
        tiny_generator(upsampling="nearest")
    with pytest.raises(ValueError, match="has no noise: z must be None"):
        tiny_generator()(label_maps(1), np.zeros((1, 3), np.float32))
    with pytest.raises(ValueError, match="at least 16x16; got 8x32"):
        SPADEDiscriminator(2, channels=1)(np.zeros((1, 8, 32, 3)), np.zeros((1, 8, 32)))


def test_half_the_scale_does_not_count_the_outside():
    x = np.arange(16.0, dtype=np.float32).reshape(1, 4, 4, 1)
    expected = [[2.5, 4.0], [8.5, 10.0]]  # means of 2x2, 2x3, 3x2 and 3x3 squares
    np.testing.assert_allclose(half_scale(x)[0, ..., 0], expected, rtol=1e-6)


def test_losses_by_hand():
    passed = ForwardPass(
        fake_logits=[
            [np.array([1.0, 3.0]), np.array([-3.0, 1.0])],
            [np.array([0.0]), np.array([0.5])],
        ],
        real_logits=[
            [np.array([2.0, 2.0]), np.array([0.5, 2.0])],
            [np.array([5.0]), np.array([-1.0])],
        ],
    )
    assert float(HingeAdversarial()(passed)) == pytest.approx((1.0 - 0.5) / 2)
    assert float(HingeFake()(passed)) == pytest.approx((1.0 + 1.5) / 2)
    assert float(HingeReal()(passed)) == pytest.approx((0.25 + 2.0) / 2)
    assert float(FeatureMatching(weight=10.0)(passed)) == pytest.approx(10 * (1.0 + 5.0) / 2)


@pytest.mark.parametrize("own_moments", [pytest.param(0, marks=pytest.mark.slow), 0.25])
def test_folded_it_makes_the_same_images(own_moments):
    keras.utils.set_random_seed(1)
    generator, maps = tiny_generator(own_moments=own_moments), label_maps(2)
    for _ in range(20):
        generator(maps, training=True)  # or tanh would saturate: running moments would be 0 and 1
    images = np.asarray(generator(maps))
    assert 0.1 < images.std() < 0.6
    np.testing.assert_allclose(fold(generator)(maps), images, rtol=0, atol=1e-5)


@pytest.mark.heavy
@pytest.mark.slow
def test_saved_and_loaded_it_goes_on_alike(tmp_path):
    model = SPADE(tiny_generator(), SPADEDiscriminator(NUM_CLASSES, channels=1, init_gain=1.0))
    model.compile(keras.optimizers.Adam(1e-2), keras.optimizers.Adam(1e-2))
    images, maps = np.zeros((2, *SIZE, 3), np.float32), label_maps(2)
    model.train_on_batch(images, maps)
    model.save(tmp_path / "spade.keras")
    loaded = keras.saving.load_model(tmp_path / "spade.keras")
    np.testing.assert_array_equal(loaded.generate(maps), model.generate(maps))
    logs = [one.train_on_batch(images, maps, return_dict=True) for one in (loaded, model)]
    assert logs[0] == pytest.approx(logs[1], rel=1e-5)
