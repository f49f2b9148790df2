"""Image sizes that networks can halve."""

from collections.abc import Sequence


def near_sizes(image_size: Sequence[int], multiple: int) -> list[tuple[int, int]]:
    """The nearest sizes below and above whose sides are positive multiples of a number.

    Args:
        image_size: (height, width).
        multiple: int, such as 2 ** number of halvings.
    Returns: list of (height, width); only `image_size` itself if it fits.
    """
    height, width = (int(side) for side in image_size)
    below = tuple(max(1, side // multiple) * multiple for side in (height, width))
    above = tuple(max(1, -(-side // multiple)) * multiple for side in (height, width))
    return list(dict.fromkeys((below, above)))


def require_multiples(image_size: Sequence[int], multiple: int) -> tuple[int, int]:
    """Returns `image_size` as (height, width).

    Raises: ValueError unless both are positive multiples of `multiple`.
    """
    height, width = (int(side) for side in image_size)
    near = near_sizes((height, width), multiple)
    if near != [(height, width)]:
        raise ValueError(
            f"An image size of {height}x{width} does not fit: height and width must be "
            f"multiples of {multiple}. Near sizes: {' or '.join(f'{h}x{w}' for h, w in near)}."
        )
    return height, width
