"""What users of Keras do with a model works, on one compiled model that runs op by op."""

import csv
import subprocess
import sys

import keras
import numpy as np
import pytest
from tiny import (
    HEIGHT,
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

LOSSES = ("g_adv", "d_real", "d_fake", "d_label_mix")


@pytest.fixture(scope="module")
def model():
    """Compiled once; every test goes on from the weights that the last one left."""
    return tiny_oasis(run_eagerly=True)


def test_fit_takes_validation_data_as_evaluate_does(model):
    history = fit(model, 1, validation_data=tiny_data(1, seed=5)).history
    assert {f"val_{name}" for name in ("loss", "g_adv", "d_real", "d_fake")} <= history.keys()
    logs = model.evaluate(tiny_data(1, seed=5), verbose=0, return_dict=True)
    for name, value in logs.items():
        assert history[f"val_{name}"] == pytest.approx([value], rel=1e-4), name
    images, label_maps = tiny_pairs(2, seed=5)
    of_arrays = model.evaluate(images, label_maps, batch_size=2, verbose=0, return_dict=True)
    assert of_arrays == pytest.approx(logs, rel=1e-4)


def test_early_stopping_stops(model):
    stopping = keras.callbacks.EarlyStopping("val_loss", patience=1, min_delta=1e9)
    before = int(model.step)
    fit(model, 1, epochs=5, validation_data=tiny_data(1), callbacks=[stopping])
    assert int(model.step) == before + 1 + 1


@pytest.mark.parametrize("weights_only", [False, True], ids=["model", "weights"])
def test_model_checkpoint_keeps_the_model(model, tmp_path, weights_only):
    path = tmp_path / ("a.weights.h5" if weights_only else "a.keras")
    callback = keras.callbacks.ModelCheckpoint(path, save_weights_only=weights_only)
    fit(model, 1, callbacks=[callback])
    if weights_only:
        loaded = tiny_oasis(run_eagerly=True)
        loaded.load_weights(path)
    else:
        loaded = keras.saving.load_model(path)
    assert_same_weights(weights_of(loaded), weights_of(model))


def test_backup_and_restore_goes_on_where_a_run_was_cut_off(tmp_path):
    class CutOff(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                raise KeyboardInterrupt

    def backup():
        return keras.callbacks.BackupAndRestore(tmp_path)

    whole, cut_off, resumed = (tiny_oasis(run_eagerly=True) for _ in range(3))
    fit(whole, 1, epochs=2)
    with pytest.raises(KeyboardInterrupt):
        fit(cut_off, 1, epochs=2, callbacks=[backup(), CutOff()])
    fit(resumed, 1, epochs=2, callbacks=[backup()])
    assert int(resumed.step) == 2
    assert_same_weights(weights_of(resumed), weights_of(whole))


def test_tensorboard_writes_event_files(model, tmp_path):
    fit(model, 1, callbacks=[keras.callbacks.TensorBoard(tmp_path, write_graph=False)])
    (events,) = tmp_path.rglob("events.out.tfevents.*")
    content = events.read_bytes()
    for name in LOSSES:
        assert f"epoch_{name}".encode() in content


def test_csv_logger_writes_a_column_a_loss(model, tmp_path):
    history = fit(model, 1, callbacks=[keras.callbacks.CSVLogger(tmp_path / "a.csv")]).history
    with open(tmp_path / "a.csv", newline="") as file:
        (row,) = csv.DictReader(file)
    for name in ("loss", *LOSSES):
        assert float(row[name]) == pytest.approx(history[name][0])


OPTIMIZERS = {
    "Adam": lambda rate: keras.optimizers.Adam(rate),
    "AdamW": lambda rate: keras.optimizers.AdamW(rate, weight_decay=0.1),
    "clipnorm": lambda rate: keras.optimizers.Adam(rate, clipnorm=0.1),
    "global_clipnorm": lambda rate: keras.optimizers.Adam(rate, global_clipnorm=0.1),
    "schedule": lambda rate: keras.optimizers.Adam(
        keras.optimizers.schedules.PiecewiseConstantDecay([0], [rate, 0.0])
    ),
}


@pytest.mark.parametrize(
    "name",
    [
        *("Adam", "AdamW", "schedule"),
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("clipnorm", "global_clipnorm")),
    ],
)
def test_optimizers_of_keras_train(name):
    """Clipping is in `make test-all`: `test_gradients_are_clipped` trains with both kinds."""
    model = tiny_oasis(
        generator_optimizer=OPTIMIZERS[name](1e-2),
        discriminator_optimizer=OPTIMIZERS[name](2e-2),
        run_eagerly=True,
    )
    before = [variable.numpy() for variable in model.generator.trainable_variables]
    fit(model, 1)
    once = [variable.numpy() for variable in model.generator.trainable_variables]
    assert all(np.isfinite(weight).all() for weight in once)
    moved = max(np.abs(b - a).max() for a, b in zip(before, once, strict=True))
    assert 1e-3 < moved < 0.1
    fit(model, 1)
    if name == "schedule":  # its learning rate is 0 from the second step on
        assert_same_weights(model.generator.trainable_variables, once)


@pytest.mark.parametrize("clip", ["clipnorm", "global_clipnorm"])
def test_gradients_are_clipped(clip):
    """Plain gradient descent with rate 1 moves the weights by the clipped gradient."""
    model = tiny_oasis(
        generator_optimizer=keras.optimizers.SGD(1.0, **{clip: 1e-3}), run_eagerly=True
    )
    before = [variable.numpy() for variable in model.generator.trainable_variables]
    fit(model, 1)
    after = model.generator.trainable_variables
    norms = [np.linalg.norm(b - a) for a, b in zip(before, after, strict=True)]
    longest = np.linalg.norm(norms) if clip == "global_clipnorm" else max(norms)
    assert longest == pytest.approx(1e-3, rel=1e-2)


def test_summary_lists_the_networks_and_count_params_adds_up(model, capsys):
    model.summary()
    printed = capsys.readouterr().out
    for network in ("generator", "discriminator", "ema_generator"):
        assert getattr(model, network).name in printed
    generator = model.generator
    assert generator.count_params() == sum(weight.numpy().size for weight in generator.weights)
    assert model.count_params() == sum(weight.numpy().size for weight in model.weights)


@pytest.mark.process
@pytest.mark.slow
def test_a_fresh_process_loads_a_saved_model(model, tmp_path):
    z, label_map = tiny_z(2), tiny_pairs(2)[1]
    model.save(tmp_path / "model.keras")
    np.savez(tmp_path / "inputs.npz", label_map=label_map, z=z)
    code = (
        "import sys, numpy as np, oasis_tf, keras\n"
        "model = keras.saving.load_model(sys.argv[1] + '/model.keras')\n"
        "inputs = np.load(sys.argv[1] + '/inputs.npz')\n"
        "np.save(sys.argv[1] + '/image.npy', model(inputs['label_map'], inputs['z']))\n"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path], check=True)
    np.testing.assert_allclose(np.load(tmp_path / "image.npy"), model(label_map, z), atol=1e-5)


@pytest.mark.parametrize("z_dim", [Z_DIM, 0])
def test_a_generator_is_a_layer_of_another_model(tmp_path, z_dim):
    generator = tiny_generator(z_dim=z_dim)
    label_map = keras.Input((HEIGHT, WIDTH), dtype="int32")
    z = keras.Input((Z_DIM,))
    inputs = [label_map, z] if z_dim else [label_map]
    brighter = keras.layers.Rescaling(1.0, offset=0.5)(generator(*inputs))
    model = keras.Model(inputs, brighter)
    assert model.output_shape == (None, HEIGHT, WIDTH, 3)
    values = [tiny_pairs(2)[1], tiny_z(2)][: len(inputs)]
    expected = generator(*values) + 0.5
    np.testing.assert_allclose(model(values), expected, atol=1e-5)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded(values), expected, atol=1e-5)


def test_the_global_dtype_policy_is_that_of_new_networks():
    label_map, z = tiny_pairs(2)[1], tiny_z(2)
    exact = tiny_generator()(label_map, z)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        low = tiny_generator()
        image = low(label_map, z)
        assert low.compute_dtype == low.blocks[0].conv_0.compute_dtype == "bfloat16"
        assert image.dtype == "float32"
        np.testing.assert_allclose(image, exact, atol=0.05)
        fit(tiny_oasis(run_eagerly=True), 1)
    finally:
        keras.config.set_dtype_policy(before)


@pytest.mark.slow
def test_eager_training_is_that_of_a_graph():
    """In `make test-all`: test_oasis.py compares replicas, in a graph, with one eager device."""
    in_graph, eager = tiny_oasis(), tiny_oasis(run_eagerly=True)
    expected = fit(in_graph, 1).history
    assert fit(eager, 1).history == {
        name: pytest.approx(values, rel=1e-3) for name, values in expected.items()
    }
