"""Landscapes: rendered scenes that need no file, one layout in many lights."""

from oasis_tf.data.landscapes.classes import CLASS_NAMES, PALETTE, LandscapeClass
from oasis_tf.data.landscapes.render import Landscapes, render

__all__ = ["CLASS_NAMES", "PALETTE", "LandscapeClass", "Landscapes", "render"]
