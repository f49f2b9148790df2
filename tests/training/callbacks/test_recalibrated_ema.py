"""The recalibrated generator is made once a step."""

import gc

import pytest
from scripted import Scripted
from tensorflow.python.framework.func_graph import FuncGraph
from tiny_run import TINY

from oasis_tf.config import load_config
from oasis_tf.models.build import build_networks
from oasis_tf.runtime.host_memory import resident_bytes
from oasis_tf.training.callbacks import RecalibratedEMA
from oasis_tf.training.data import RunData


def test_weights_are_recalibrated_once_a_step():
    model = Scripted()
    made = []
    model.ema_generator = None
    recalibrated_ema = RecalibratedEMA(
        model, recalibrated=lambda generator: made.append(generator) or len(made)
    )
    assert [recalibrated_ema(), recalibrated_ema()] == [1, 1]
    model.step.assign_add(1)
    assert recalibrated_ema() == 2


@pytest.mark.heavy
def test_no_graph_and_no_memory_is_kept_of_a_recalibration():
    """Every one kept its graph before: 5 MB each, for weeks."""
    overrides = (
        *("data.image_size=[8,8]", "generator.num_blocks=2"),
        *("training.score_images=2", "training.recalibration_batches=1"),
    )
    config = load_config(TINY, overrides=overrides)
    data = RunData(config)
    generator = build_networks(config)[0]

    def rounds(count):
        for _ in range(count):
            recalibrated_ema = data.recalibrated(generator)
            assert len(list(data.held_out_batches())) == 1
        gc.collect()
        return recalibrated_ema, sum(isinstance(it, FuncGraph) for it in gc.get_objects())

    recalibrated_ema, graphs = rounds(2)
    before = resident_bytes()["host"]
    assert rounds(20) == (recalibrated_ema, graphs)
    assert resident_bytes()["host"] - before < 30e6
