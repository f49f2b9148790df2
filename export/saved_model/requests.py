"""How a served model refuses: as the graphs of `fit` and `predict` do."""

from oasis_tf.models.inputs import required

__all__ = ["required"]
