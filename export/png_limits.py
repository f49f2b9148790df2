"""Size limits of the PNGs that served models and their clients accept."""

# 4096x4096, of a label map and of an image: a PNG of a few bytes can decode to gigabytes.
MAX_PIXELS = 2**24
MAX_PNG_BYTES = 64 * 2**20  # of 4096x4096 pixels of three bytes that cannot be compressed
MAX_ANSWER_BYTES = 2**30  # of a batch, whatever its size; gRPC's own limit is twice that


def largest_answer(batch: int) -> int:
    """int, bytes of an answer of `batch` images, as they are or in base64."""
    return min(batch * MAX_PNG_BYTES * 4 // 3 + 2**20, MAX_ANSWER_BYTES)
