"""Generates pictures of many noise vectors."""

from oasis_tf.io import progress


def paint(sampler, label_maps, places, z, *, batch_size, description):
    """Yields a picture for each noise vector, and shows progress.

    Args:
        sampler: `Sampler`.
        label_maps: int (m, h, w), of the sampler's size.
        places: int (n,), index of the label map of each vector.
        z: float (n, z_dim).
        batch_size: int.
        description: str, of the progress bar.
    Yields: uint8 (h, w, 3).
    """
    batches = (slice(start, start + batch_size) for start in range(0, len(z), batch_size))
    pictures = (
        picture
        for batch in batches
        for picture in sampler.paint(label_maps[places[batch]], z[batch])
    )
    return progress.track(pictures, description=description, total=len(z))
