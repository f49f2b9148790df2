import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny import (
    HEIGHT,
    NUM_CLASSES,
    WIDTH,
    Z_DIM,
    assert_same_weights,
    fit,
    tiny_data,
    tiny_discriminator,
    tiny_generator,
    tiny_oasis,
    tiny_pairs,
    tiny_z,
    weights_of,
)

from oasis_tf.losses import adversarial as losses
from oasis_tf.losses import label_mix
from oasis_tf.losses.adversarial import NPlusOneAdversarial
from oasis_tf.losses.loss import Loss
from oasis_tf.models import OASIS, OASISDiscriminator, OASISGenerator
from oasis_tf.optimizers.adam import Adam
from oasis_tf.runtime import noise

pytestmark = pytest.mark.heavy

LOSSES = ("g_adv", "d_real", "d_fake", "d_label_mix")
GRADIENT_NORMS = {"g_gradient_norm", "d_gradient_norm"}
SCORES = {f"d_{score}_{images}" for score in ("accuracy", "miou") for images in ("real", "fake")}
LOGGED = {"loss", *LOSSES} | GRADIENT_NORMS | SCORES


def fit_a_new_model(num_batches=1, **arguments):
    """Trains in eager mode, which needs no tracing."""
    model = tiny_oasis(run_eagerly=True, **arguments)
    history = fit(model, num_batches)
    return model, {name: values[-1] for name, values in history.history.items()}


def test_fit_logs_the_contract_counts_steps_and_repeats_itself_bit_for_bit(tmp_path):
    model = tiny_oasis()
    model.save_weights(tmp_path / "start.weights.h5")
    history = fit(model, epochs=2).history
    assert set(history) == LOGGED
    assert np.isfinite(list(history.values())).all()
    assert int(model.step) == 6
    # Indifferent logits cost log(6) = 1.8 on fakes; six big steps must have taught something.
    assert history["d_fake"][1] < history["d_fake"][0]
    trained = weights_of(model)
    model.load_weights(tmp_path / "start.weights.h5")
    assert fit(model, epochs=2).history == history
    assert_same_weights(weights_of(model), trained)


def test_logs_are_means_of_what_the_updates_return(monkeypatch):
    model = tiny_oasis(run_eagerly=True)
    g, d = iter([1.0, 2.0, 6.0]), iter([[1.0, 5.0, 2.0], [2.0, 5.0, 2.0], [3.0, 5.0, 8.0]])
    names = ("d_real", "d_fake", "d_label_mix")
    monkeypatch.setattr(model, "update_generator", lambda *_, **__: {"g_adv": next(g)})
    monkeypatch.setattr(
        model, "update_discriminator", lambda *_, **__: dict(zip(names, next(d), strict=True))
    )
    history = fit(model).history
    assert {name: history[name] for name in ("g_adv", *names)} == {
        "g_adv": [3.0],
        "d_real": [2.0],
        "d_fake": [5.0],
        "d_label_mix": [4.0],
    }


def test_the_seed_decides_everything():
    first, again, other = (fit_a_new_model(num_batches=2, seed=seed)[0] for seed in (1, 1, 2))
    assert_same_weights(weights_of(again), weights_of(first))
    assert np.abs(other.generator.weights[0] - first.generator.weights[0]).max() > 1e-4


def test_each_update_moves_its_own_network_only():
    model = tiny_oasis()
    real, label_map = tiny_pairs(2)
    mask = np.ones((2, HEIGHT, WIDTH, 1), np.float32)
    networks = (model.generator, model.discriminator, model.ema_generator)

    def moved(update, *arguments):
        before = [kernels_of(network) for network in networks]
        update(real, label_map, tiny_z(2), *arguments)
        return [
            {(new != old).any() for new, old in zip(kernels_of(network), kernels, strict=True)}
            for network, kernels in zip(networks, before, strict=True)
        ]

    assert moved(model.update_generator) == [{True}, {False}, {False}]
    assert moved(model.update_discriminator, mask) == [{False}, {True}, {False}]


def kernels_of(network):
    """Without the biases: those before a norm have no gradient and do not move."""
    return [variable.numpy() for variable in network.weights if variable.ndim == 4]


def test_a_step_draws_noise_for_both_updates_and_a_coin_for_every_class_and_image(monkeypatch):
    model = tiny_oasis(run_eagerly=True)
    calls, losses = [], dict.fromkeys(LOSSES, 1.0)
    for name in ("update_generator", "update_discriminator"):
        monkeypatch.setattr(model, name, lambda *a, n=name, **_: calls.append((n, *a)) or losses)
    fit(model, num_batches=8)
    assert [call[0] for call in calls] == ["update_generator", "update_discriminator"] * 8
    noises = np.concatenate([call[3] for call in calls])
    assert noises.shape == (32, Z_DIM)
    assert len(np.unique(noises)) == noises.size  # new noise for every update, image and channel
    coins = [coins_of(call[2].numpy(), call[4].numpy()) for call in calls[1::2]]
    rows = np.concatenate(coins)
    assert len(np.unique(rows, axis=0)) > 8  # of 16; one coin per batch would leave 8 at most
    assert 0.2 < rows.mean() < 0.8  # 80 fair coins: 5 standard errors


def coins_of(label_map, mask):
    """(b, num_classes), after a check that every class of an image has one value."""
    assert set(np.unique(mask)) <= {0.0, 1.0}
    coins = np.zeros((len(mask), NUM_CLASSES))
    for image, c in np.ndindex(coins.shape):
        (coins[image, c],) = set(mask[image][label_map[image] == c].ravel())
    return coins


def test_discriminator_losses_equal_their_formulas():
    """Of the networks as they are before the update, which plain SGD of rate 0 leaves alone."""
    model = tiny_oasis(
        tiny_generator(spectral_norm=False, norm="instance"),
        tiny_discriminator(spectral_norm=False),
        generator_optimizer=keras.optimizers.SGD(0.0),
        discriminator_optimizer=keras.optimizers.SGD(0.0),
        lambda_label_mix=3.0,
        log_gradient_norms=False,
    )
    (real, label_map), z = tiny_pairs(2), tiny_z(2)
    mask = np.float32(label_map % 2)[..., None]
    logs = model.update_generator(real, label_map, z)
    logs |= model.update_discriminator(real, label_map, z, mask)
    fake = model.generator(label_map, z)
    fakes, reals, mixes = map(model.discriminator, (fake, real, label_mix.mix(real, fake, mask)))
    weights = losses.class_weights(np.float32(np.bincount(label_map.ravel())))
    expected = {
        "g_adv": losses.n_plus_one_loss(fakes, label_map, is_real=True, class_weights=weights),
        "d_real": losses.n_plus_one_loss(reals, label_map, is_real=True, class_weights=weights),
        "d_fake": losses.n_plus_one_loss(fakes, label_map, is_real=False),
        "d_label_mix": 3 * losses.label_mix_loss(mixes, reals, fakes, mask),
    }
    assert {k: float(v) for k, v in logs.items()} == pytest.approx(
        {k: float(v) for k, v in expected.items()}, rel=1e-5
    )


def test_without_label_mix_its_loss_is_exactly_zero():
    _, logs = fit_a_new_model(lambda_label_mix=0.0)
    assert logs["d_label_mix"] == 0.0


class SquaredDistance(Loss):
    """A perceptual loss without a network."""

    name = "g_vgg"
    only_in_training = True

    def value(self, passed):
        return keras.ops.mean(keras.ops.square(passed.real - passed.fake))


def test_another_loss_is_logged_weighted_and_trains_the_generator():
    label_map, z = tiny_pairs(2)[1], tiny_z(2)
    real = np.zeros((2, HEIGHT, WIDTH, 3), np.float32)
    model = tiny_oasis(
        tiny_generator(norm="instance"),
        generator_losses=[NPlusOneAdversarial(), SquaredDistance(weight=1e4)],
        run_eagerly=True,
    )
    logs = [model.update_generator(real, label_map, z) for _ in range(3)]
    assert [set(step) for step in logs] == [{"g_adv", "g_vgg", "g_gradient_norm"}] * 3
    fake = tiny_generator(norm="instance")(label_map, z, training=True).numpy()
    assert float(logs[0]["g_vgg"]) == pytest.approx(1e4 * np.square(fake).mean(), rel=1e-4)
    assert float(logs[2]["g_vgg"]) < 0.9 * float(logs[0]["g_vgg"])
    assert set(fit(model).history) == LOGGED | {"g_vgg"}
    assert "g_vgg" not in model.evaluate(tiny_data(1), verbose=0, return_dict=True)


@pytest.mark.parametrize("prefix", ["g", "d"])
def test_gradient_norms_are_the_length_of_a_step_of_plain_sgd_at_rate_1(prefix):
    model = tiny_oasis(
        generator_optimizer=keras.optimizers.SGD(1.0),
        discriminator_optimizer=keras.optimizers.SGD(1.0),
    )
    (real, label_map), z = tiny_pairs(2), tiny_z(2)
    mask = np.float32(label_map % 2)[..., None]
    network, update, arguments = {
        "g": (model.generator, model.update_generator, ()),
        "d": (model.discriminator, model.update_discriminator, (mask,)),
    }[prefix]
    before = [np.float64(variable) for variable in network.trainable_variables]
    norm = update(real, label_map, z, *arguments)[f"{prefix}_gradient_norm"]
    moved = [new - old for new, old in zip(network.trainable_variables, before, strict=True)]
    length = np.sqrt(sum(np.square(difference).sum() for difference in moved))
    assert float(norm) == pytest.approx(length, rel=1e-3)


def test_gradient_norms_are_a_switch():
    _, logs = fit_a_new_model(log_gradient_norms=False)
    assert set(logs) == LOGGED - GRADIENT_NORMS


@pytest.mark.parametrize("class_balancing", [True, False])
def test_balancing_is_a_switch(class_balancing):
    model = tiny_oasis(class_balancing=class_balancing)
    real, label_map = tiny_pairs(2)
    label_map[:, :6] = 1  # a frequent class, which balancing weighs down
    weights = losses.class_weights(np.float32(np.bincount(label_map.ravel())))
    expected, other = (
        losses.n_plus_one_loss(model.discriminator(real), label_map, is_real=True, class_weights=w)
        for w in ((weights, None) if class_balancing else (None, weights))
    )
    mask = np.ones((2, HEIGHT, WIDTH, 1), np.float32)
    d_real = float(model.update_discriminator(real, label_map, tiny_z(2), mask)["d_real"])
    assert d_real == pytest.approx(float(expected), rel=1e-3)
    assert abs(d_real / float(other) - 1) > 0.02


@pytest.mark.parametrize(
    ("settings", "decay"),
    [({"ema_decay": 0.0}, 0.0), ({"ema_decay": 0.9}, 0.9)]
    + [({"ema_decay": 0.9, "ema_warmup": True}, 0.1)],
)
def test_the_average_follows_the_generator_by_its_decay(settings, decay):
    model = tiny_oasis(**settings, run_eagerly=True)
    before = weights_of(model.ema_generator)
    fit(model, num_batches=1)
    after, generator = weights_of(model.ema_generator), weights_of(model.generator)
    if decay == 0:
        assert_same_weights(after, generator)
    for old, new, target in zip(before, after, generator, strict=True):
        expected = decay * old + (1 - decay) * target
        np.testing.assert_allclose(new, expected, rtol=1e-5, atol=1e-6)


def test_trains_without_noise_and_without_spectral_norm():
    model, logs = fit_a_new_model(
        generator=tiny_generator(z_dim=0, spectral_norm=False),
        discriminator=tiny_discriminator(spectral_norm=False),
    )
    assert set(logs) == LOGGED and np.isfinite(list(logs.values())).all()
    label_map = tiny_pairs(2)[1]
    np.testing.assert_array_equal(
        model.generate(label_map, seed=1), model.generate(label_map, seed=2)
    )


def test_evaluation_changes_no_weight_and_repeats_itself():
    model, _ = fit_a_new_model()
    before = weights_of(model)
    first = model.evaluate(tiny_data(2, seed=9), verbose=0, return_dict=True)
    second = model.evaluate(tiny_data(2, seed=9), verbose=0, return_dict=True)
    assert set(first) == LOGGED - GRADIENT_NORMS - {"d_label_mix"} and first == second
    assert_same_weights(weights_of(model), before)


def test_evaluation_scores_the_average_in_inference_mode():
    model = tiny_oasis(tiny_generator(z_dim=0), run_eagerly=True)
    fit(model, num_batches=2)
    real, label_map = tiny_pairs(2)
    logs = model.evaluate(tiny_data(1), verbose=0, return_dict=True)
    fake_logits = model.discriminator(model.ema_generator(label_map))
    d_fake = losses.n_plus_one_loss(fake_logits, label_map, is_real=False)
    assert logs["d_fake"] == pytest.approx(float(d_fake), rel=1e-5)
    labelled = label_map > 0
    for name, logits in (("fake", fake_logits), ("real", model.discriminator(real))):
        hits = np.argmax(logits[..., 2:], -1)[labelled] + 1 == label_map[labelled]
        assert logs[f"d_accuracy_{name}"] == pytest.approx(hits.mean())


@pytest.fixture(scope="module")
def model():
    return OASIS(tiny_generator(), tiny_discriminator())


@pytest.fixture(scope="module")
def label_map():
    return tiny_pairs(3)[1]


class TestGenerate:
    def test_takes_the_average_in_inference_mode(self, model, label_map):
        z = tiny_z(3)
        np.testing.assert_allclose(
            model.generate(label_map, z), model.ema_generator(label_map, z), atol=1e-6
        )

    def test_an_image_is_the_same_alone_and_in_a_batch(self, model, label_map):
        batch = model.generate(label_map, seed=[5, 8, 6])
        alone = model.generate(label_map[1:2], seed=[8])
        np.testing.assert_allclose(batch[1:2], alone, atol=1e-6)

    def test_an_int_counts_up_through_the_batch(self, model, label_map):
        counted = model.generate(label_map, seed=5)
        np.testing.assert_array_equal(counted, model.generate(label_map, seed=[5, 6, 7]))
        z = noise.seeded_noise([5, 6, 7], Z_DIM)
        np.testing.assert_array_equal(counted, model.generate(label_map, z))

    def test_other_seeds_and_no_seed_make_other_images(self, model, label_map):
        images = [model.generate(label_map, seed=seed) for seed in (1, 100, None, None)]
        for i, first in enumerate(images):
            for second in images[:i]:
                assert np.abs(first - second).max() > 1e-3

    def test_a_label_map_of_another_size_is_refused_and_the_next_one_served(self, model, label_map):
        with pytest.raises(ValueError, match="8x12"):
            model.generate(label_map[:, :, 1:], seed=0)
        assert model.generate(label_map[:2], seed=0).shape == (2, HEIGHT, WIDTH, 3)


def test_networks_that_do_not_fit_together_are_refused():
    with pytest.raises(ValueError, match="5 classes, the discriminator 6"):
        OASIS(tiny_generator(), tiny_discriminator(num_classes=6))


def test_the_losses_of_every_step_are_kept_in_turn():
    model = tiny_oasis(run_eagerly=True)
    model.step.assign(498)
    history = fit(model).history
    assert set(model.recent_losses.by_name) == set(LOSSES)
    for name, variable in model.recent_losses.by_name.items():
        recent = variable.numpy()
        assert recent.shape == (500,) and not recent[1:498].any()
        steps = recent[[498, 499, 0]]
        assert len(set(steps)) == 3
        assert steps.mean() == pytest.approx(history[name][0], rel=1e-6)


@pytest.mark.slow
def test_two_replicas_train_like_one_device_with_the_whole_batch(two_replicas):
    def train(strategy, **arguments):
        keras.utils.set_random_seed(3)
        with strategy.scope():
            generator = OASISGenerator(
                NUM_CLASSES, (HEIGHT, WIDTH), 2, num_blocks=1, z_dim=Z_DIM, spade_hidden=4
            )
            model = OASIS(generator, OASISDiscriminator(NUM_CLASSES, channels=(4,)))
            adams = [Adam(rate, epsilon=1e-3) for rate in (1e-3, 4e-3)]
            model.compile(
                *adams,
                ema_decay=0.9,
                generator_losses=[NPlusOneAdversarial(), SquaredDistance()],
                seed=5,
                **arguments,
            )
        return fit(model).history, weights_of(model)

    history, alone = train(tf.distribute.get_strategy(), run_eagerly=True)
    shared_history, shared = train(two_replicas)
    assert shared_history == {k: pytest.approx(v, rel=1e-4) for k, v in history.items()}
    for a, b in zip(shared, alone, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)


def test_the_summary_says_which_generator_is_the_ema(capsys):
    model = tiny_oasis()
    model.summary()
    names = [model.generator.name, model.discriminator.name, "ema_generator"]
    message = capsys.readouterr().out
    assert len(set(names)) == 3 and all(message.count(f" {name} ") == 1 for name in names)
