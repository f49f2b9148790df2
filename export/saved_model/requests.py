"""Errors of a served model's graph for bad requests."""

from oasis_tf.models.inputs import required

__all__ = ["required"]
