"""Training steps run without TensorFlow's graph optimizer on CPUs, and nothing else does."""

from types import SimpleNamespace

import keras
import pytest
import tensorflow as tf
from tiny import fit, tiny_oasis

from oasis_tf.models.oasis import OASIS
from oasis_tf.runtime.graph_optimizer import OPTION, without_graph_optimizer


def is_off():
    return tf.config.optimizer.get_experimental_options().get(OPTION, False)


@pytest.fixture
def restored():
    before = is_off()
    yield
    tf.config.optimizer.set_experimental_options({OPTION: before})


@pytest.mark.parametrize("before", [False, True])
def test_the_setting_of_before_comes_back(restored, before):
    tf.config.optimizer.set_experimental_options({OPTION: before})
    with pytest.raises(KeyError), without_graph_optimizer():
        assert is_off()
        raise KeyError
    assert is_off() == before


def test_a_gpu_keeps_the_graph_optimizer(monkeypatch):
    devices = [SimpleNamespace(device_type=kind) for kind in ("CPU", "GPU")]
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda: devices)
    with without_graph_optimizer():
        assert not is_off()


def test_a_step_of_fit_runs_without_and_the_rest_of_fit_with_it(monkeypatch):
    seen = {"step": [], "between steps": []}
    train_step = OASIS.train_step

    def recorded(model, data):
        seen["step"].append(is_off())
        return train_step(model, data)

    monkeypatch.setattr(OASIS, "train_step", recorded)
    report = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen["between steps"].append(is_off())
    )
    fit(tiny_oasis(run_eagerly=True), 2, callbacks=[report])
    assert seen == {"step": [True, True], "between steps": [False, False]}
