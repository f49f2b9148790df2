"""The official names of Pix2Pix's weights.

The generator's blocks are nested: each holds a halving, the next block, and a doubling.
"""

from oasis_tf.weights.official_entry import (
    Entry,
    batch_norm_entries,
    conv_entries,
    transposed_conv_entry,
    vector_entry,
)


def generator_entries(generator) -> dict[str, Entry]:
    """{official key: Entry} of a `Pix2PixGenerator`."""
    first, *convs = generator.down_convs
    found = conv_entries("model.model.0", first)
    block = "model.model.1.model"
    innermost = len(convs)
    for i, conv in enumerate(convs, start=1):
        found |= conv_entries(f"{block}.1", conv)
        if i < innermost:
            found |= batch_norm_entries(f"{block}.2", generator.down_norms[i - 1])
        up = 3 if i == innermost else 5
        found[f"{block}.{up}.weight"] = transposed_conv_entry(generator.up_convs[i])
        found |= batch_norm_entries(f"{block}.{up + 1}", generator.up_norms[i - 1])
        block += ".3.model"
    last = generator.up_convs[0]
    found["model.model.3.weight"] = transposed_conv_entry(last)
    found["model.model.3.bias"] = vector_entry(last.bias)
    return found


def discriminator_entries(discriminator) -> dict[str, Entry]:
    """{official key: Entry} of a `Pix2PixDiscriminator`."""
    found = conv_entries("model.0", discriminator.convs[0])
    for i, (conv, norm) in enumerate(
        zip(discriminator.convs[1:], discriminator.norms, strict=True)
    ):
        found |= conv_entries(f"model.{2 + 3 * i}", conv)
        found |= batch_norm_entries(f"model.{3 + 3 * i}", norm)
    return found | conv_entries(
        f"model.{2 + 3 * len(discriminator.norms)}", discriminator.to_logits
    )
