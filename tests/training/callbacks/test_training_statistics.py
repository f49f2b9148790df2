"""Training statistics of tiny networks and of numbers that are known."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
from events import scalars_of
from tiny import tiny_discriminator, tiny_generator, tiny_oasis, tiny_pairs

from oasis_tf.training.callbacks import TrainingStatistics
from oasis_tf.training.callbacks.training_statistics import memory, spectral_norms

CLASS_NAMES = ("void", "sky", "sea/shore", "snow", "sky")


@pytest.mark.heavy
def test_an_epoch_ends_with_its_training_statistics(tmp_path):
    images, label_maps = tiny_pairs(12)
    label_maps[:] = 1
    label_maps[:4, :4] = 2  # half of the first epoch's four pictures
    label_maps[4:, :2] = 0  # a quarter of the second epoch's
    batches = tf.data.Dataset.from_tensor_slices((images[:8], label_maps[:8])).batch(2)
    writer = tf.summary.create_file_writer(str(tmp_path))
    training_statistics = TrainingStatistics(
        steps_per_epoch=2, batch_size=2, class_names=CLASS_NAMES, summary_writer=writer
    )
    model = tiny_oasis(run_eagerly=True)
    model.fit(batches, steps_per_epoch=2, epochs=2, callbacks=[training_statistics], verbose=0)
    scalars = scalars_of(tmp_path)
    frequencies = [scalars[f"per_class/frequency/{i} {name}"] for i, name in enumerate(CLASS_NAMES)]
    assert frequencies == [
        {2: 0, 4: 0.25},
        {2: 0.5, 4: 0.75},
        {2: 0.5, 4: 0},
        {2: 0, 4: 0},
        {2: 0, 4: 0},
    ]
    norms = spectral_norms(model.generator)
    assert norms and {name: scalars[f"norm/spectral/generator/{name}"][4] for name in norms} == {
        name: pytest.approx(sigma) for name, sigma in norms.items()
    }
    largest = scalars["norm/spectral/generator/largest"][4]
    assert largest == pytest.approx(max(norms.values()))
    assert set(scalars["speed/images_per_second"]) == {2, 4}


def test_images_per_second_are_of_the_whole_batch_without_the_execution_that_traces(
    tmp_path, monkeypatch
):
    clock = iter([0.0, 100.0, 108.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    writer = tf.summary.create_file_writer(str(tmp_path))
    training_statistics = TrainingStatistics(
        steps_per_epoch=5, batch_size=4, class_names=(), summary_writer=writer
    )
    nothing = SimpleNamespace(layers=[])
    training_statistics.set_model(
        SimpleNamespace(
            step=tf.Variable(3, dtype=tf.int64),
            generator=nothing,
            discriminator=nothing,
            real_score=SimpleNamespace(class_frequencies=lambda: []),
        )
    )
    training_statistics.on_train_begin()
    training_statistics.on_epoch_begin(0)
    for step in (4, 5):
        training_statistics.model.step.assign(step)
        training_statistics.on_train_batch_end(0)
    assert scalars_of(tmp_path)["speed/images_per_second"] == {5: 0.5}


def test_spectral_norms_are_singular_values_and_of_normalised_kernels_only():
    discriminator = tiny_discriminator()
    block = discriminator.decoder[1]
    for _ in range(200):
        block.conv_1.sigma(power_iteration=True)
    norms = spectral_norms(discriminator)
    assert "down_0/conv_0" in norms and not any("to_logits" in name for name in norms)
    kernel = block.conv_1.kernel.numpy()
    (largest, *_) = np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), compute_uv=False)
    assert norms["up_1/conv_1"] == pytest.approx(largest, rel=1e-3)
    assert spectral_norms(tiny_generator(spectral_norm=False)) == {}


def test_memory_is_that_of_the_host_and_of_every_gpu(monkeypatch):
    monkeypatch.setattr("oasis_tf.runtime.host_memory.resident_bytes", lambda: {"host": 3 * 2**30})
    gpus = [SimpleNamespace(name=f"/device:GPU:{i}") for i in (0, 1)]
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: gpus)
    info = {"GPU:0": {"current": 2**30, "peak": 2**31}, "GPU:1": {"current": 0, "peak": 2**29}}
    monkeypatch.setattr(tf.config.experimental, "get_memory_info", info.__getitem__)
    assert memory() == {
        "memory/host": 3.0,
        "memory/gpu_0": 1.0,
        "memory/gpu_0_peak": 2.0,
        "memory/gpu_1": 0.0,
        "memory/gpu_1_peak": 0.5,
    }
