"""`benchmarks.gpu` with the networks of Keras on PyTorch, and with those of plain PyTorch."""

import gc
from contextlib import nullcontext

import numpy as np
import torch
from torch._dynamo.utils import counters
from torch.fx.experimental.proxy_tensor import make_fx

from benchmarks.gpu_backend import BETAS, LEARNING_RATE, UPDATES, Measured, median_seconds, networks
from benchmarks.plain_torch import PlainDiscriminator, PlainGenerator, generator_loss
from oasis_tf.losses.adversarial import n_plus_one_loss

WAYS = ("Keras on PyTorch", "plain PyTorch")
IS_GPU = torch.cuda.is_available()
DEVICE = "cuda" if IS_GPU else "cpu"


def device():
    """(name, whether it is a GPU)."""
    name = torch.cuda.get_device_name() if IS_GPU else "CPU"
    return f"{name}, torch {torch.__version__}", IS_GPU


def matrix_rate(precision, *, side, repeats):
    """Multiply-adds a second of a product of two matrices."""
    dtype = torch.bfloat16 if precision == "bfloat16" else torch.float32
    matrix = torch.randn(side, side, device=DEVICE, dtype=dtype)
    allow_tf32(precision == "tf32")
    call = Waiting(lambda: matrix @ matrix, DEVICE)
    call()
    return side**3 / median_seconds(call, repeats=repeats)


def measure(way, part, precision, config, batch, *, repeats, compiler):
    """One row, see `Measured`; not compiled where torch.compile fails; the row names the error."""
    allow_tf32(precision == "tf32")
    failure = ""
    if compiler:
        try:
            return _measure(way, part, precision, config, batch, repeats=repeats, compiler=compiler)
        except Exception as error:  # of the compiler, which has many
            failure = f", torch.compile: {type(error).__name__}"
    row = _measure(way, part, precision, config, batch, repeats=repeats, compiler=None)
    return row._replace(how=row.how + failure)


def _measure(way, part, precision, config, batch, *, repeats, compiler):
    free()
    before = torch.cuda.memory_allocated() if IS_GPU else 0
    make = KerasNetworks if way == "Keras on PyTorch" else PlainNetworks
    pair = make(*networks(config, precision=precision), precision, DEVICE)
    call = Waiting(pair.call_of(part, batch, compiler=compiler), DEVICE)
    free()  # what the pair was made from
    if IS_GPU:
        torch.cuda.reset_peak_memory_stats()
    outputs = pair.outputs(part, [call() for _ in range(UPDATES if part == "update" else 1)])
    seconds = median_seconds(call, repeats=repeats)
    peak = torch.cuda.max_memory_allocated() - before if IS_GPU else None
    how = "eager"
    if compiler:
        breaks = sum(counters["graph_break"].values())
        how = f"torch.compile, {compiler}" + f", {breaks} graph breaks" * (breaks > 0)
    return Measured(how, seconds, peak, outputs)


def of_cpu(part, config, batch):
    """What the CPU computes in float32, with plain PyTorch: the outputs of `Measured`."""
    pair = PlainNetworks(*networks(config, precision="float32"), "float32", "cpu")
    call = pair.call_of(part, batch, compiler=None)
    return pair.outputs(part, [call() for _ in range(UPDATES if part == "update" else 1)])


class Waiting:
    """A call that returns when the device is done."""

    def __init__(self, function, device):
        self.function, self.on_gpu = function, device == "cuda"

    def __call__(self):
        result = self.function()
        if self.on_gpu:
            torch.cuda.synchronize()
        return result


class Networks:
    """Generator and discriminator of one way.

    A subclass sets `generator`, `discriminator` and `weights`, the generator's, and defines
    `paint`, `segment` and `loss`.
    """

    def call_of(self, part, batch, *, compiler):
        """function() of a part of the benchmark, on this batch of `Inputs`.

        Args:
            compiler: name of a backend of torch.compile, or None.
        """
        function, names = {
            "generator": (self.paint, ("label_map", "z")),
            "discriminator": (self.segment, ("image",)),
            "update": (self.loss, ("label_map", "z", "class_weights")),
        }[part]
        arrays = [torch.tensor(getattr(batch, name), device=self.device) for name in names]
        with torch.set_grad_enabled(part == "update"):
            if compiler:
                torch.compiler.reset()
                counters.clear()
                function = torch.compile(self.traced(function, arrays), backend=compiler)
        if part == "update":
            return self._update(function, arrays)

        def call():
            with torch.no_grad():
                return function(*arrays)

        return call

    def traced(self, function, arrays):
        """What torch.compile gets instead of the function."""
        del arrays
        return function

    def _update(self, loss, arrays):
        optimizer = torch.optim.Adam(self.weights, LEARNING_RATE, BETAS, eps=1e-8)

        def call():
            optimizer.zero_grad()
            value = loss(*arrays)
            value.backward()
            optimizer.step()
            return value.detach()

        return call

    def outputs(self, part, results):
        """float32 array: losses, or the image or logits with channels last."""
        if part == "update":
            return np.array([float(result) for result in results])
        return self.channels_last(results[0]).float().cpu().numpy()


class KerasNetworks(Networks):
    """Those of `oasis_tf`, as they are."""

    def __init__(self, generator, discriminator, precision, device):
        self.generator, self.discriminator, self.device = generator, discriminator, device
        self.weights = [variable.value for variable in generator.trainable_variables]
        for variable in discriminator.trainable_variables:
            variable.value.requires_grad_(False)

    def traced(self, function, arrays):
        """The operations of a call as one graph: torch.compile breaks it at every layer of Keras,
        and then gives up because of their number."""
        networks = self.generator, self.discriminator
        state = [variable.value for one in networks for variable in one.non_trainable_variables]
        before = [tensor.clone() for tensor in state]
        graph = make_fx(lambda *inputs: function(*inputs))(*arrays)  # a call, with its changes
        with torch.no_grad():
            for tensor, value in zip(state, before, strict=True):
                tensor.copy_(value)
        return graph

    def paint(self, label_map, z):
        return self.generator(label_map, z, training=False)

    def segment(self, image):
        return self.discriminator(image, training=False)

    def loss(self, label_map, z, class_weights):
        fake = self.generator(label_map, z, training=True)
        logits = self.discriminator(fake, training=True)
        return n_plus_one_loss(logits, label_map, is_real=True, class_weights=class_weights)

    @staticmethod
    def channels_last(x):
        return x


class PlainNetworks(Networks):
    """Those of `benchmarks.plain_torch`, with channels last in memory, and bfloat16 by autocast."""

    def __init__(self, generator, discriminator, precision, device):
        self.device = device
        self.generator, self.discriminator = (
            network.to(device, memory_format=torch.channels_last)
            for network in (PlainGenerator(generator), PlainDiscriminator(discriminator))
        )
        self.weights = list(self.generator.parameters())
        self.discriminator.requires_grad_(False)
        self.low = torch.autocast(device, torch.bfloat16) if precision == "bfloat16" else None

    def train(self, training):
        self.generator.train(training)
        self.discriminator.train(training)

    def call_of(self, part, batch, *, compiler):
        self.train(part == "update")
        return super().call_of(part, batch, compiler=compiler)

    def paint(self, label_map, z):
        with self.low or nullcontext():
            return self.generator(label_map, z)

    def segment(self, image):
        with self.low or nullcontext():
            return self.discriminator(image.permute(0, 3, 1, 2))

    def loss(self, label_map, z, class_weights):
        label_map = label_map.long()
        with self.low or nullcontext():
            logits = self.discriminator(self.generator(label_map, z))
        return generator_loss(logits, label_map, class_weights)

    @staticmethod
    def channels_last(x):
        return x.permute(0, 2, 3, 1)


def allow_tf32(allowed):
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = allowed


def free():
    """Gives memory back, that of cycles too."""
    gc.collect()
    if IS_GPU:
        torch.cuda.empty_cache()
