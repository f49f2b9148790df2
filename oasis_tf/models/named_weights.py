"""The weights of a network by the path of attributes that leads to them."""

from collections.abc import Iterator
from typing import Any

import keras


def named_weights(network: keras.layers.Layer) -> dict[str, keras.Variable]:
    """All weights of a network, by names that do not depend on the order of its layers.

    A name consists of the attributes and list indices from the network to the weight, such as
    `blocks.0.conv_1.kernel`. Keras's own paths contain counters of the process, and positions in
    `weights` change when two lines of a constructor are swapped.

    Returns: dict of name to variable, in the order of `network.weights`.
    Raises: ValueError if no attribute leads to a weight.

    ```python
    named_weights(generator)["conv_image.kernel"]
    ```
    """
    names: dict[int, str] = {}
    for name, variable in _walk(network, prefix="", seen=set()):
        names.setdefault(id(variable), name)
    nameless = [variable.path for variable in network.weights if id(variable) not in names]
    if nameless:
        raise ValueError(f"no public attribute leads to the weights {', '.join(nameless)}")
    return {names[id(variable)]: variable for variable in network.weights}


def _walk(item, *, prefix, seen) -> Iterator[tuple[str, keras.Variable]]:
    if isinstance(item, keras.Variable):
        yield prefix, item
    elif id(item) not in seen:
        seen.add(id(item))
        for key, child in _children(item):
            yield from _walk(child, prefix=f"{prefix}.{key}" if prefix else str(key), seen=seen)


def _children(item) -> list[tuple[Any, Any]]:
    """(attribute, key or index; value) of a layer or container; none of anything else.

    Of private attributes only variables, such as `_kernel` of Keras's layers: the others hold
    Keras's own lists. `layers` comes last: only Sequential and functional models need it.
    """
    if isinstance(item, dict):
        return list(item.items())
    if isinstance(item, list | tuple):
        return list(enumerate(item))
    if not isinstance(item, keras.layers.Layer):
        return []
    attributes = [
        (key.removeprefix("_"), value)
        for key, value in sorted(vars(item).items())
        if not key.startswith("_") or isinstance(value, keras.Variable)
    ]
    return attributes + ([("layers", item.layers)] if isinstance(item, keras.Model) else [])
