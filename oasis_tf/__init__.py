"""OASIS: semantic image synthesis with adversarial supervision alone, in Keras 3."""

from oasis_tf.runtime import registration as _registration

_registration.register()

__version__ = "0.1.0"
