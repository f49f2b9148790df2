"""Everything that a resumed run continues from, by names that do not depend on order."""

from collections.abc import Mapping

import keras

from oasis_tf.models.named_weights import named_weights

NETWORKS = ("generator", "discriminator", "ema_generator")  # attributes of a `GAN`
OPTIONAL = ("metrics/", "recent_losses/")  # names depend on the losses; 0 where a file has none


def training_state(model: keras.Model) -> dict[str, keras.Variable]:
    """The variables of a compiled `GAN`: networks, optimizers, losses, metrics and step.

    Names are such as `generator/blocks.0.conv_1.kernel`,
    `generator_optimizer/blocks.0.conv_1.kernel.momentum` and `recent_losses/g_adv`. The metrics
    hold the sums over an epoch that is not finished.
    """
    state = network_state({name: getattr(model, name) for name in NETWORKS})
    for network in ("generator", "discriminator"):
        optimizer = getattr(model, f"{network}_optimizer")
        named = named_optimizer(optimizer, getattr(model, network))
        state |= {f"{network}_optimizer/{name}": variable for name, variable in named.items()}
    state["progress/step"] = model.step
    recent = model.recent_losses.by_name
    state |= {f"recent_losses/{name}": variable for name, variable in recent.items()}
    state |= {
        f"losses/{loss_state.name}.{variable.name}": variable
        for loss_state in model.loss_states
        for variable in loss_state.variables
    }
    return state | {
        f"metrics/{metric.name}.{variable.name}": variable
        for metric in model.all_metrics()
        for variable in metric.variables
    }


def network_state(networks: Mapping[str, keras.Model]) -> dict[str, keras.Variable]:
    """The weights of networks: dict of NETWORK/PATH to variable."""
    return {
        f"{network}/{name}": variable
        for network, model in networks.items()
        for name, variable in named_weights(model).items()
    }


def named_optimizer(optimizer, network: keras.Model) -> dict[str, keras.Variable]:
    """The variables of a network's optimizer, in the optimizer's order.

    Names are WEIGHT.momentum and so on, and `iteration`, `learning_rate`; with loss scaling also
    `inner.iteration`, ... of the optimizer inside.

    Raises: ValueError if two variables get the same name.
    """
    # Keras names a slot after the path of its weight: PATH_momentum, with "_" for "/".
    weights = {
        f"{variable.path.replace('/', '_')}_": name
        for name, variable in named_weights(network).items()
    }
    named = {}
    for variable in optimizer.variables:
        name = variable.path.rpartition("/")[2]
        prefix = max(filter(name.startswith, weights), key=len, default=None)
        if prefix is not None:
            name = f"{weights[prefix]}.{name.removeprefix(prefix)}"
        if name in named:
            name = f"inner.{name}"
        if name in named:
            raise ValueError(f"two variables of the optimizer have the name {name}")
        named[name] = variable
    return named
