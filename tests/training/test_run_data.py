"""What a run reads of held-out pairs."""

import pytest
from tiny_run import TINY

from oasis_tf.config import load_config
from oasis_tf.training.data import RunData


@pytest.mark.parametrize("batch_size", [2, 3, 8])
def test_as_many_images_are_scored_as_were_asked_for(batch_size):
    """Else a held-out score would depend on the batch size."""
    overrides = [f"training.batch_size={batch_size}", "training.score_images=5"]
    data = RunData(load_config(TINY, overrides=overrides))
    assert sum(len(label_map) for _, label_map in data.held_out_batches()) == 5
