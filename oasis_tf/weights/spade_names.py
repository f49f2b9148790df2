"""The official names of SPADE's weights."""

from oasis_tf.layers import ParamFreeBatchNorm
from oasis_tf.models.spade.generator import BLOCK_NAMES
from oasis_tf.weights.official_entry import (
    BATCH_COUNTER,
    Entry,
    conv_entries,
    dense_entries,
    vector_entry,
)


def block_entries(block, name, *, norm_name) -> dict[str, Entry]:
    """{official key: Entry} of a `SPADEResBlock`.

    Args:
        name: of the block. norm_name: of its parameter-free norms.
    """
    found = {}
    for part in ("0", "1", "s") if block.conv_s is not None else ("0", "1"):
        found |= conv_entries(f"{name}.conv_{part}", getattr(block, f"conv_{part}"))
        found |= _spade(f"{name}.norm_{part}", getattr(block, f"norm_{part}"), norm_name)
    return found


def _spade(name, spade, norm_name):
    found = conv_entries(f"{name}.mlp_shared.0", spade.shared)
    found |= conv_entries(f"{name}.mlp_gamma", spade.gamma)
    found |= conv_entries(f"{name}.mlp_beta", spade.beta)
    if isinstance(spade.normalize, ParamFreeBatchNorm):
        norm = f"{name}.{norm_name}"
        found[f"{norm}.running_mean"] = vector_entry(spade.normalize.running_mean)
        found[f"{norm}.running_var"] = vector_entry(spade.normalize.running_variance)
        found[f"{norm}.num_batches_tracked"] = BATCH_COUNTER
    return found


def generator_entries(generator) -> dict[str, Entry]:
    """{official key: Entry} of a `SPADEGenerator`, without its encoder."""
    if generator.z_dim:
        found = dense_entries("fc", generator.fc, shape_out=generator.first_shape())
    else:
        found = conv_entries("fc", generator.fc)
    found |= conv_entries("conv_img", generator.conv_image)
    for name, block in zip(BLOCK_NAMES, generator.blocks, strict=False):
        found |= block_entries(block, name, norm_name="param_free_norm")
    return found


def encoder_entries(encoder) -> dict[str, Entry]:
    """{official key: Entry} of a `SPADEEncoder`."""
    found = {}
    for i, conv in enumerate(encoder.convs, start=1):
        found |= conv_entries(f"layer{i}.0", conv)
    for name, dense in (("fc_mu", encoder.to_mean), ("fc_var", encoder.to_log_variance)):
        found |= dense_entries(name, dense, shape_in=encoder.code_shape)
    return found


def discriminator_entries(discriminator) -> dict[str, Entry]:
    """{official key: Entry} of a `SPADEDiscriminator`."""
    found = {}
    for i, scale in enumerate(discriminator.scales):
        name = f"discriminator_{i}"
        found |= conv_entries(f"{name}.model0.0", scale.first)
        for j, conv in enumerate(scale.middle, start=1):
            found |= conv_entries(f"{name}.model{j}.0.0", conv)
        found |= conv_entries(f"{name}.model{len(scale.middle) + 1}.0", scale.to_logits)
    return found
