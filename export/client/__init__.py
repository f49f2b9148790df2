"""Clients of a server of the exported SavedModel. REST needs no TensorFlow."""

from oasis_tf.export.client.connection import connect
from oasis_tf.export.client.errors import AddressError, ExampleError, RequestError, ServerError

__all__ = ["AddressError", "ExampleError", "RequestError", "ServerError", "connect"]
