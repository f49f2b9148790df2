"""What users of Keras expect of a model works, or ends in a sentence that says what to do."""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny import (
    HEIGHT,
    NUM_CLASSES,
    WIDTH,
    Z_DIM,
    assert_same_weights,
    fit,
    tiny_data,
    tiny_generator,
    tiny_oasis,
    tiny_pairs,
    tiny_z,
    weights_of,
)

pytestmark = pytest.mark.heavy

IMAGES, LABEL_MAPS = tiny_pairs(2)
IMAGES_255 = np.uint8((IMAGES + 1) * 127.5)
Z = tiny_z(2)


def with_id(class_id):
    label_maps = LABEL_MAPS.copy()
    label_maps[1, 2, 3] = class_id
    return label_maps


@pytest.fixture(scope="module")
def model():
    """Compiled once; its weights do not matter."""
    return tiny_oasis()


BAD_PAIRS = {
    "images of 0 to 255": ((np.float32(IMAGES_255), LABEL_MAPS), "from -1 to 1: .*/ 127.5 - 1"),
    "images of bytes": ((IMAGES_255, LABEL_MAPS), "floats from -1 to 1; these are uint8.* / 127.5"),
    "images with NaN": ((IMAGES * np.float32(np.nan), LABEL_MAPS), "from -1 to 1"),
    "an id too large": ((IMAGES, with_id(NUM_CLASSES)), "hold the id 5; ids are 0 .void. to 4"),
    "a negative id": ((IMAGES, with_id(-1)), "hold the id -1; ids are 0"),
    "ids in floats": ((IMAGES, np.float32(LABEL_MAPS)), "must be integers; these are float32"),
    "one-hot label maps": ((IMAGES, np.eye(5)[LABEL_MAPS]), "must be integers"),
    "a channel axis": ((IMAGES, LABEL_MAPS[..., None]), r"must be \(b, 8, 12\); these are"),
    "images of another size": ((IMAGES[:, ::2], LABEL_MAPS), r"Images must be \(b, 8, 12, 3\)"),
    "weights": ((IMAGES, LABEL_MAPS, np.ones(2, np.float32)), "neither sample_weight nor"),
}


@pytest.mark.parametrize("name", BAD_PAIRS)
def test_a_batch_that_is_no_training_pair_is_refused_before_anything_is_learned(model, name):
    batch, message = BAD_PAIRS[name]
    before = [variable.numpy() for variable in (model.step, *model.trainable_variables)]
    with pytest.raises(ValueError, match=message):
        model.train_on_batch(*batch)
    with pytest.raises(ValueError, match=message):
        model.test_on_batch(*batch)
    assert_same_weights([model.step, *model.trainable_variables], before)


def test_images_alone_are_no_training_pairs(model):
    with pytest.raises(ValueError, match="pairs .image, label_map."):
        model.fit(IMAGES, verbose=0)


def test_bad_values_are_named_by_fit_in_eager_mode_too():
    model = tiny_oasis(run_eagerly=True)
    with pytest.raises(ValueError, match="label maps hold the id 5"):
        model.fit(IMAGES, with_id(NUM_CLASSES), verbose=0)


def test_a_batch_at_a_time_is_fit():
    pairs = [(images.numpy(), label_maps.numpy()) for images, label_maps in tiny_data(2)]
    fitted, batch_wise = tiny_oasis(run_eagerly=True), tiny_oasis(run_eagerly=True)
    fit(fitted, 2)
    for images, label_maps in pairs:
        logs = batch_wise.train_on_batch(images, label_maps, return_dict=True)
    assert np.isfinite(logs["loss"])
    assert_same_weights(weights_of(batch_wise)[2:], weights_of(fitted)[2:])


def test_images_of_any_float_and_ids_of_any_integer_train_alike():
    one, other = tiny_oasis(run_eagerly=True), tiny_oasis(run_eagerly=True)
    one.fit(tf.data.Dataset.from_tensors((IMAGES, LABEL_MAPS)), verbose=0)
    cast = IMAGES.astype("float64"), LABEL_MAPS.astype("uint8")
    other.fit(tf.data.Dataset.from_tensors(cast), verbose=0)
    assert_same_weights(weights_of(other), weights_of(one))


def test_loss_is_the_sum_of_the_losses_and_nan_ends_training():
    model = tiny_oasis(run_eagerly=True)
    logs = model.train_on_batch(IMAGES, LABEL_MAPS, return_dict=True)
    losses = ("g_adv", "d_real", "d_fake", "d_label_mix")
    assert logs["loss"] == pytest.approx(sum(logs[name] for name in losses))
    model.generator.conv_image.kernel.assign(model.generator.conv_image.kernel * np.nan)
    callbacks = [keras.callbacks.TerminateOnNaN()]
    model.fit(tiny_data(5), verbose=0, callbacks=callbacks)
    assert int(model.step) == 1 + 1


def test_callbacks_move_both_learning_rates_in_proportion():
    model = tiny_oasis(run_eagerly=True)  # 1e-2 and 2e-2
    warm_up = keras.callbacks.LearningRateScheduler(lambda epoch: 1e-3 * epoch)
    history = fit(model, 1, epochs=3, callbacks=[warm_up]).history
    assert history["learning_rate"] == pytest.approx([0, 1e-3, 2e-3])
    rates = [model.generator_optimizer.learning_rate, model.discriminator_optimizer.learning_rate]
    np.testing.assert_allclose(rates, [2e-3, 4e-3], rtol=1e-6)
    plateau = keras.callbacks.ReduceLROnPlateau("loss", factor=0.1, patience=0, min_delta=1e9)
    fit(model, 1, epochs=2, callbacks=[plateau])
    rates = [model.generator_optimizer.learning_rate, model.discriminator_optimizer.learning_rate]
    np.testing.assert_allclose(rates, [2e-4, 4e-4], rtol=1e-6)


@pytest.mark.parametrize("name", ["loss", "metrics", "weighted_metrics", "optimizer"])
def test_what_compile_cannot_use_is_refused(model, name):
    with pytest.raises(
        TypeError, match=f"takes no {name}: each network has an optimizer and losses"
    ):
        tiny_oasis(**{name: ["mse"]})
    tiny_oasis(**{name: None})


class TestPainting:
    def test_a_call_and_predict_paint_by_the_average(self, model):
        expected = model.ema_generator(LABEL_MAPS, Z)
        for image in (
            model(LABEL_MAPS, Z),
            model([LABEL_MAPS, Z]),
            model.predict([LABEL_MAPS, Z], verbose=0),
        ):
            np.testing.assert_allclose(image, expected, atol=1e-5)
        for image in (model(LABEL_MAPS), model.predict(LABEL_MAPS, verbose=0)):
            assert image.shape == expected.shape
            assert np.abs(image - expected).max() > 1e-3  # of noise of its own

    def test_a_generator_predicts_from_label_maps_and_noise(self):
        generator = tiny_generator()
        predicted = generator.predict([LABEL_MAPS, Z], verbose=0, batch_size=1)
        np.testing.assert_allclose(predicted, generator(LABEL_MAPS, Z), atol=1e-5)
        plain = tiny_generator(z_dim=0)
        np.testing.assert_allclose(
            plain.predict(LABEL_MAPS, verbose=0), plain(LABEL_MAPS), atol=1e-5
        )

    @pytest.mark.parametrize("class_id", [-1, NUM_CLASSES])
    def test_ids_that_are_no_class_are_named_with_their_place(self, model, class_id):
        message = f"holds the id {class_id} at 1, 2, 3 .image, row, column.; ids are 0 .void. to 4"
        label_maps = with_id(class_id)
        for paint in (model, model.generate, model.generator):
            with pytest.raises(ValueError, match=message):
                paint(label_maps)
        for network in (model, model.generator):
            with pytest.raises(ValueError, match=f"hold the id {class_id}; ids are 0"):
                network.predict(label_maps, verbose=0)

    def test_an_id_between_two_classes_is_none(self, model):
        with pytest.raises(ValueError, match="holds the id 1.5 at 0, 0, 0"):
            model.generator(np.full((1, HEIGHT, WIDTH), 1.5, np.float32))


@pytest.mark.parametrize("z_dim", [Z_DIM, 0])
def test_a_generator_is_exported_as_keras_does(tmp_path, z_dim):
    generator = tiny_generator(z_dim=z_dim)
    generator.export(tmp_path, verbose=False)
    inputs = [LABEL_MAPS, Z] if z_dim else [LABEL_MAPS]
    served = tf.saved_model.load(str(tmp_path))
    np.testing.assert_allclose(served.serve(*inputs), generator(*inputs), atol=1e-5)


def test_a_data_set_is_not_told_to_shuffle():
    model = tiny_oasis(run_eagerly=True)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*shuffle=True")
        model.fit(tiny_data(1), verbose=0)
        model.fit(tiny_data(1), None, None, 1, 0)
    with pytest.warns(UserWarning, match="shuffle=True"):  # where it was said
        model.fit(tiny_data(1), verbose=0, shuffle=True)
