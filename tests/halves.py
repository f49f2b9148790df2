"""A batch on two replicas."""

import tensorflow as tf


def halves(two_replicas, batch):
    """Each of `batch`'s arrays as a distributed value: its first half, and its second."""
    return [
        two_replicas.experimental_distribute_values_from_function(
            lambda context, array=array: tf.split(array, 2)[context.replica_id_in_sync_group]
        )
        for array in batch
    ]
