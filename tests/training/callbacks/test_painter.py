"""The recalibrated generator is made once a step."""

import gc

from scripted import Scripted
from tensorflow.python.framework.func_graph import FuncGraph
from tiny_run import TINY

from oasis_tf.config import load_config
from oasis_tf.models.build import build_networks
from oasis_tf.runtime.host_memory import resident_bytes
from oasis_tf.training.callbacks import Painter
from oasis_tf.training.data import RunData


def test_painter_recalibrates_once_a_step():
    model = Scripted()
    made = []
    model.ema_generator = None
    painter = Painter(model, recalibrated=lambda generator: made.append(generator) or len(made))
    assert [painter(), painter()] == [1, 1]
    model.step.assign_add(1)
    assert painter() == 2


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
            painter = data.recalibrated(generator)
            assert len(list(data.held_out_batches())) == 1
        gc.collect()
        return painter, sum(isinstance(it, FuncGraph) for it in gc.get_objects())

    painter, graphs = rounds(2)
    before = resident_bytes()["host"]
    assert rounds(20) == (painter, graphs)
    assert resident_bytes()["host"] - before < 30e6
