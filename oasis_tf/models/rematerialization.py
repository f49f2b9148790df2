"""Networks that may compute their blocks again in the backward pass, for less memory."""

from oasis_tf.layers import strategies


class Rematerialization:
    """Base of such a network.

    Attributes:
        rematerialize: bool, set by `compile` of a model. True: of a block in training only the
            inputs are kept for the backward pass, and it is computed twice. Equal numbers.
    Reference: Chen et al. 2016, arXiv:1604.06174.
    """

    rematerialize = False

    def _through(self, layer, function, *inputs, training):
        """`function(*inputs)`, which calls `layer`; see `recomputed`."""
        if self.rematerialize and training:
            return strategies.recomputed(function, layer, *inputs)
        return function(*inputs)


def set_rematerialization(networks, rematerialize):
    """Sets it for networks.

    Raises: ValueError if one of them does not have it.
    """
    for network in networks:
        if isinstance(network, Rematerialization):
            network.rematerialize = rematerialize
        elif rematerialize:
            raise ValueError(
                f"{type(network).__name__} cannot rematerialize; leave rematerialize out."
            )
