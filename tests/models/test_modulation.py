"""A generator paints the same, and learns the same, however its modulation is computed."""

import numpy as np
import pytest
import tensorflow as tf
from tiny import (
    HEIGHT,
    NUM_CLASSES,
    WIDTH,
    Z_DIM,
    fit,
    tiny_generator,
    tiny_oasis,
    tiny_pairs,
    tiny_z,
    weights_of,
)

from oasis_tf.layers.accelerated import modulation
from oasis_tf.models import OASISGenerator, call_inputs
from oasis_tf.models.fold import fold

pytestmark = pytest.mark.heavy

SQUARES = np.kron(np.array([[1, 2, 0], [3, 1, 4]]), np.ones((4, 4), int))
STRIPES = np.arange(HEIGHT)[:, None] % 2 + np.zeros((HEIGHT, WIDTH), int)
CORNER = np.where(np.indices((HEIGHT, WIDTH)).sum(axis=0) == 0, 4, 1)
BATCHES = {
    "constant": np.full((1, HEIGHT, WIDTH), 3),
    "squares": SQUARES[None],
    "stripes and a corner": np.stack([STRIPES, CORNER]),
    "every id at random": tiny_pairs(3)[1],
    "an id of no class": np.stack([SQUARES, np.where(SQUARES == 4, NUM_CLASSES + 2, SQUARES)]),
}


def twins(**overrides):
    """Two generators with the same weights: dense, and distinct."""
    return [
        tiny_generator(modulation=modulation, **overrides) for modulation in ("dense", "distinct")
    ]


def look_at_no_ids(monkeypatch):
    """Eager calls take ids of no class, as graphs do."""
    monkeypatch.setattr(call_inputs, "require_known_ids", lambda *_, **__: None)


def gradients(generator, label_map, z):
    """Of a loss that all pixels take part in, by each trainable variable and by the noise."""
    weights = np.random.default_rng(3).standard_normal((*label_map.shape, 3))
    with tf.GradientTape() as tape:
        tape.watch(z)
        loss = tf.reduce_sum(
            generator(label_map, z, training=True) * tf.constant(weights, "float32")
        )
    sources = [*(variable.value for variable in generator.trainable_variables), z]
    return [tf.convert_to_tensor(gradient).numpy() for gradient in tape.gradient(loss, sources)]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *((name, {}) for name in BATCHES),
        ("squares", {"norm": "instance"}),
        ("squares", {"norm": "none"}),
        ("stripes and a corner", {"padding_mode": "replicate"}),
    ],
)
def test_images_and_gradients_are_those_of_dense_modulation(name, options, monkeypatch):
    look_at_no_ids(monkeypatch)
    label_map = BATCHES[name]
    label_map, z = tf.constant(label_map, tf.int32), tf.constant(tiny_z(len(label_map)))
    dense, distinct = twins(**options)
    expected = dense(label_map, z)
    assert np.std(expected) > 0.01
    np.testing.assert_allclose(distinct(label_map, z), expected, rtol=0, atol=1e-6)
    wanted = gradients(dense, label_map, z)
    largest = max(np.abs(gradient).max() for gradient in wanted)
    for actual, expected in zip(gradients(distinct, label_map, z), wanted, strict=True):
        # Biases before a norm have a true gradient of 0: theirs are held to the others' size.
        scale = max(np.abs(expected).max(), 1e-3 * largest)
        np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-4 * scale)


def test_a_graph_for_batches_of_any_size_chooses_for_each(monkeypatch):
    """Squares are few neighbourhoods, random ids are many: one graph is right for both."""
    look_at_no_ids(monkeypatch)
    monkeypatch.setattr(modulation, "WORTHWHILE_WORK", 0)
    auto, (dense, _) = fold(tiny_generator(modulation="auto")), twins()
    specs = (tf.TensorSpec((None, HEIGHT, WIDTH), tf.int32), tf.TensorSpec((None, Z_DIM)))
    paint = tf.function(auto, input_signature=specs)
    for label_map in BATCHES.values():
        label_map, z = tf.constant(label_map, tf.int32), tiny_z(len(label_map))
        np.testing.assert_allclose(paint(label_map, z), dense(label_map, z), atol=1e-5)


def test_without_noise_and_with_ids_in_floats():
    dense, distinct = twins(z_dim=0)
    label_map = tf.constant(BATCHES["squares"], tf.float32)
    np.testing.assert_allclose(distinct(label_map), dense(label_map), atol=1e-6)


@pytest.mark.parametrize("overrides", [{}, {"label_embedding": 2}])
def test_noise_maps_and_label_embeddings_are_dense(overrides):
    dense, distinct = twins(**overrides)
    label_map = BATCHES["squares"]
    noise_map = np.random.default_rng(0).standard_normal((1, HEIGHT, WIDTH, Z_DIM))
    np.testing.assert_array_equal(distinct(label_map, noise_map), dense(label_map, noise_map))
    if overrides:
        np.testing.assert_array_equal(distinct(label_map, tiny_z(1)), dense(label_map, tiny_z(1)))


@pytest.mark.slow
def test_training_steps_are_those_of_dense_modulation_and_the_same_bits_every_time():
    dense, distinct, again = (
        tiny_oasis(generator=tiny_generator(modulation=modulation))
        for modulation in ("dense", "distinct", "distinct")
    )
    expected = fit(dense, 2).history
    assert fit(distinct, 2).history == {
        name: pytest.approx(values, rel=1e-3) for name, values in expected.items()
    }
    fit(again, 2)
    for wanted, actual, other in zip(*map(weights_of, (dense, distinct, again)), strict=True):
        np.testing.assert_allclose(actual, wanted, rtol=1e-2, atol=1e-4)
        np.testing.assert_array_equal(actual, other)


@pytest.mark.slow
def test_two_replicas_learn_what_one_device_does(two_replicas):
    """The batch is shared, so that each replica numbers neighbourhoods of its own images alone."""
    alone = tiny_oasis(generator=tiny_generator(modulation="distinct"))
    with two_replicas.scope():
        shared = tiny_oasis(generator=tiny_generator(modulation="distinct"))
    expected = fit(alone, 2).history
    assert fit(shared, 2).history == {
        name: pytest.approx(values, rel=1e-3) for name, values in expected.items()
    }


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_in_low_precision_the_image_is_near(policy):
    label_map, z = BATCHES["squares"], tiny_z(1)
    low = tiny_generator(modulation="distinct", dtype=policy)
    exact = tiny_generator(modulation="dense")(label_map, z)
    np.testing.assert_allclose(low(label_map, z), exact, atol=0.05)


def test_xla_takes_the_dense_way_for_its_updates_alone():
    model = tiny_oasis(generator=tiny_generator(modulation="auto"), jit_compile=True)
    assert (model.generator.modulation, model.ema_generator.modulation) == ("dense", "auto")
    assert model.get_compile_config()["jit_compile"] is True
    with pytest.raises(ValueError, match='jit_compile needs .* "auto" or "dense"'):
        tiny_oasis(generator=tiny_generator(modulation="distinct"), jit_compile=True)


def test_folding_keeps_the_modulation_or_changes_it():
    generator = tiny_generator(modulation="distinct")
    assert fold(generator).modulation == "distinct"
    assert fold(generator, modulation="dense").modulation == "dense"


def test_an_unknown_modulation_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match="auto, dense, distinct; got 'sparse'"):
        OASISGenerator(NUM_CLASSES, (8, 8), num_blocks=2, modulation="sparse")


def test_a_generator_saved_before_there_was_a_choice_can_be_loaded():
    config = tiny_generator().get_config()
    del config["modulation"]
    assert OASISGenerator.from_config(config).modulation == "auto"
