"""Renders landscapes: one layout in many lights."""

from oasis_tf.data.landscapes.render import Landscapes, render

__all__ = ["Landscapes", "render"]
