"""Clients of a server that has loaded the exported SavedModel. No TensorFlow is needed for REST."""

from oasis_tf.export.client.connection import connect
from oasis_tf.export.client.errors import AddressError, ExampleError, RequestError, ServerError

__all__ = ["AddressError", "ExampleError", "RequestError", "ServerError", "connect"]
