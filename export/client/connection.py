"""Makes the client for a protocol."""

from typing import TYPE_CHECKING

from oasis_tf.export import png_limits
from oasis_tf.export.client.address import (
    DEFAULT_GRPC_URL,
    DEFAULT_REST_URL,
    grpc_address,
    rest_address,
)
from oasis_tf.export.client.errors import ServerError

if TYPE_CHECKING:
    from oasis_tf.export.client.grpc_client import GRPCClient
    from oasis_tf.export.client.rest_client import RESTClient


def connect(
    url: str | None, *, model: str, timeout: float, grpc: bool, batch: int = 1
) -> "RESTClient | GRPCClient":
    """Returns a client for one model, for use in one thread; sends nothing yet.

    Args:
        url: str, http://HOST:PORT or https://…; for gRPC HOST:PORT; None for TF Serving's default
            port on this machine.
        model: str, the server's name for it.
        timeout: float, seconds, of a request and its whole answer.
        grpc: bool, else REST.
        batch: int, maximal number of label maps in a request; it limits the size of answers.
    Raises: AddressError; ServerError if the package for gRPC is missing.
    """
    if grpc:
        try:
            from oasis_tf.export.client.grpc_client import GRPCClient
        except ImportError as error:
            raise ServerError(
                f"gRPC needs a package that is not installed ({error}): "
                "pip install 'tensorflow-serving-api>=2.21,<2.22', or leave out --grpc"
            ) from None
        client, address = GRPCClient, grpc_address(url or DEFAULT_GRPC_URL)
    else:
        from oasis_tf.export.client.rest_client import RESTClient

        client, address = RESTClient, rest_address(url or DEFAULT_REST_URL)
    max_bytes = png_limits.largest_answer(batch)
    return client(address, model=model, timeout=timeout, max_bytes=max_bytes)
