"""The paper's OASIS in plain PyTorch layers, with the shapes and the weights of Keras networks.

What `benchmarks.gpu` measures the Keras networks against. Convolutions are those of PyTorch,
spectral norm and batch norm too; noise is laid out over the image, as in the paper.
"""

import keras
import torch
from torch import nn
from torch.nn import functional as F

from oasis_tf.layers import SpectralConv2D
from oasis_tf.layers.activation import NEGATIVE_SLOPE
from oasis_tf.weights.official_entry import conv_entries


class PlainGenerator(nn.Module):
    """As an `OASISGenerator` of the paper's choices (zeros outside, nearest, one-hot labels).

    Args:
        generator: the Keras network, on any backend; its weights are copied.
    Call: label_map int64 (b, h, w), z float (b, z_dim). Returns: image float (b, 3, h, w).
    """

    def __init__(self, generator):
        super().__init__()
        self.strides = list(generator.strides)
        self.fc = conv_of(generator.fc)
        self.blocks = nn.ModuleList(map(PlainBlock, generator.blocks))
        self.conv_image = conv_of(generator.conv_image)
        self.register_buffer("classes", torch.arange(generator.num_classes))

    def forward(self, label_map, z):
        x = self.fc(self.condition(label_map, z, self.strides[0]))
        for i, (block, stride) in enumerate(zip(self.blocks, self.strides, strict=True)):
            if i > 0:
                x = F.interpolate(x, scale_factor=2, mode="nearest")
            x = block(x, self.condition(label_map, z, stride))
        return torch.tanh(self.conv_image(leaky_relu(x)).float())

    def condition(self, label_map, z, stride):
        """Noise and one-hot labels at a block's resolution, (b, z_dim + num_classes, h, w)."""
        labels = label_map[:, ::stride, ::stride, None]
        one_hot = (labels == self.classes).to(z.dtype)
        noise = z[:, None, None, :].expand(*labels.shape[:3], -1)
        return torch.cat([noise, one_hot], dim=-1).permute(0, 3, 1, 2)


class PlainBlock(nn.Module):
    """As a `SPADEResBlock`; x (b, c, h, w), condition (b, k, h, w)."""

    def __init__(self, block):
        super().__init__()
        parts = ("0", "1", "s") if block.conv_s is not None else ("0", "1")
        self.convs = nn.ModuleDict(
            {part: conv_of(getattr(block, f"conv_{part}")) for part in parts}
        )
        self.norms = nn.ModuleDict(
            {part: PlainSPADE(getattr(block, f"norm_{part}")) for part in parts}
        )

    def forward(self, x, condition):
        shortcut = x
        if "s" in self.convs:
            shortcut = self.convs["s"](self.norms["s"](x, condition))
        for part in ("0", "1"):
            x = self.convs[part](leaky_relu(self.norms[part](x, condition)))
        return shortcut + x


class PlainSPADE(nn.Module):
    """As a `SPADE` with batch norm."""

    def __init__(self, spade):
        super().__init__()
        norm = spade.normalize
        self.norm = nn.BatchNorm2d(
            norm.running_mean.shape[0], eps=norm.epsilon, momentum=1 - norm.momentum, affine=False
        )
        self.norm.running_mean.copy_(tensor_of(norm.running_mean))
        self.norm.running_var.copy_(tensor_of(norm.running_variance))
        self.shared, self.gamma, self.beta = map(conv_of, (spade.shared, spade.gamma, spade.beta))

    def forward(self, x, condition):
        hidden = F.relu(self.shared(condition))
        return self.norm(x) * (1 + self.gamma(hidden)) + self.beta(hidden)


class PlainDiscriminator(nn.Module):
    """As an `OASISDiscriminator`.

    Args:
        discriminator: the Keras network, on any backend; its weights are copied.
    Call: image float (b, 3, h, w). Returns: logits float (b, num_classes + 1, h, w).
    """

    def __init__(self, discriminator):
        super().__init__()
        self.encoder = nn.ModuleList(map(PlainResBlock, discriminator.encoder))
        self.decoder = nn.ModuleList(map(PlainResBlock, discriminator.decoder))
        self.to_logits = conv_of(discriminator.to_logits)

    def forward(self, image):
        features = [image]
        for block in self.encoder:
            features.append(block(features[-1]))
        x = features.pop()
        for i, block in enumerate(self.decoder):
            x = block(torch.cat([features.pop(), x], dim=1) if i > 0 else x)
        return self.to_logits(x).float()


class PlainResBlock(nn.Module):
    """As a `DiscriminatorResBlock`; the shortcut's convolution runs on the smaller size."""

    def __init__(self, block):
        super().__init__()
        self.resample, self.activates_input = block.resample, block.activate_input
        self.conv_0, self.conv_1 = conv_of(block.conv_0), conv_of(block.conv_1)
        self.conv_s = nn.Identity() if block.conv_s is None else conv_of(block.conv_s)

    def forward(self, x):
        shortcut = self.conv_s(F.avg_pool2d(x, 2) if self.resample == "down" else x)
        x = leaky_relu(x) if self.activates_input else x
        if self.resample == "up":
            x, shortcut = (F.interpolate(y, scale_factor=2, mode="nearest") for y in (x, shortcut))
        x = self.conv_1(leaky_relu(self.conv_0(x)))
        return shortcut + (F.avg_pool2d(x, 2) if self.resample == "down" else x)


def generator_loss(logits, label_map, class_weights):
    """Eq. 3, the cross-entropy of the pixels against their class, weighted; a scalar.

    Args:
        logits: float (b, num_classes + 1, h, w). label_map: int64 (b, h, w).
        class_weights: float (num_classes,).
    """
    loss = F.cross_entropy(logits, label_map + 1, reduction="none")
    return (loss * class_weights[label_map]).mean()


def leaky_relu(x):
    return F.leaky_relu(x, NEGATIVE_SLOPE)


def conv_of(conv):
    """nn.Conv2d of the shape and with the weights of a Keras layer, with its spectral norm if any.

    Stride 1, size kept.
    """
    side, _, channels, filters = conv.kernel.shape
    module = nn.Conv2d(channels, filters, side, padding=side // 2, bias=conv.bias is not None)
    if isinstance(conv, SpectralConv2D):
        module = nn.utils.spectral_norm(module)  # the older one iterates in the paper's order
    module.load_state_dict(
        {
            key.removeprefix("conv."): torch.tensor(entry.to_reference(array_of(entry.variable)))
            for key, entry in conv_entries("conv", conv).items()
        }
    )
    return module


def tensor_of(variable):
    return torch.tensor(array_of(variable))


def array_of(variable):
    return keras.ops.convert_to_numpy(variable)
