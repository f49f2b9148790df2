"""Another adversarial model: one convolution of labels and noise, judged at two scales by hinge."""

import keras
import tensorflow as tf
from keras import ops
from tiny import HEIGHT, NUM_CLASSES, WIDTH

from oasis_tf.losses.loss import Loss
from oasis_tf.models.gan import GAN
from oasis_tf.models.label_map_model import LabelMapModel

Z_DIM = 3


@keras.saving.register_keras_serializable(package="toy")
class ToyGenerator(LabelMapModel):
    """One convolution of labels and noise."""

    num_classes, image_size, z_dim = NUM_CLASSES, (HEIGHT, WIDTH), Z_DIM

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.conv = keras.layers.Conv2D(3, 3, padding="same", activation="tanh")
        self.conv.build((None, HEIGHT, WIDTH, NUM_CLASSES + Z_DIM))
        self.built = True

    def call(self, label_map, z, training=False):
        labels = ops.one_hot(label_map, NUM_CLASSES)
        noise = ops.broadcast_to(z[:, None, None], (*ops.shape(label_map), Z_DIM))
        return self.conv(ops.concatenate([labels, noise], axis=-1))


@keras.saving.register_keras_serializable(package="toy")
class TwoScales(keras.Model):
    """Two discriminators of image and label map, the second on every other pixel.

    Returns: per scale [features, logits].
    """

    num_classes = NUM_CLASSES

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.scales = [[keras.layers.Conv2D(4, 3), keras.layers.Conv2D(1, 1)] for _ in range(2)]
        for features, logits in self.scales:
            features.build((None, None, None, 3 + NUM_CLASSES))
            logits.build((None, None, None, 4))
        self.built = True

    def call(self, image, label_map, training=False):
        x = ops.concatenate([image, ops.one_hot(label_map, NUM_CLASSES)], axis=-1)
        outputs = []
        for stride, (to_features, to_logits) in zip((1, 2), self.scales, strict=True):
            features = to_features(x[:, ::stride, ::stride])
            outputs.append([features, to_logits(ops.relu(features))])
        return outputs


class Hinge(Loss):
    def value(self, passed):
        return sum(ops.mean(self.of_scale(x)) for x in self.logits(passed)) / 2

    def logits(self, passed):
        return [logits for _, logits in passed.fake_logits]


@keras.saving.register_keras_serializable(package="toy")
class HingeAdversarial(Hinge):
    name = "g_adv"

    def of_scale(self, logits):
        return -logits


@keras.saving.register_keras_serializable(package="toy")
class HingeFake(Hinge):
    name = "d_fake"

    def of_scale(self, logits):
        return ops.relu(1.0 + logits)


@keras.saving.register_keras_serializable(package="toy")
class HingeReal(Hinge):
    name = "d_real"

    def of_scale(self, logits):
        return ops.relu(1.0 - logits)

    def logits(self, passed):
        return [logits for _, logits in passed.real_logits]


@keras.saving.register_keras_serializable(package="toy")
class FeatureMatching(Loss):
    name = "g_features"
    needs_real_logits = True

    def value(self, passed):
        pairs = zip(passed.fake_logits, passed.real_logits, strict=True)
        return sum(ops.mean(ops.abs(fake - real)) for (fake, _), (real, _) in pairs)


@keras.saving.register_keras_serializable(package="toy")
class Toy(GAN):
    def default_generator_losses(self):
        return [HingeAdversarial(), FeatureMatching(weight=2.0)]

    def default_discriminator_losses(self):
        return [HingeFake(), HingeReal()]

    def discriminate(self, image, label_map, *, training):
        return self.discriminator(image, label_map, training=training)

    def predictions(self, outputs, *, pixel_weights=None):
        return sum(ops.mean(logits, axis=(1, 2, 3)) for _, logits in outputs) / 2


@keras.saving.register_keras_serializable(package="toy")
class SharedFake(Toy):
    """Both updates use one fake, the discriminator first, as in Pix2Pix."""

    def updates(self, real, label_map, draws):
        with tf.GradientTape() as tape:
            fake = self.generator(label_map, draws["generator_z"], training=True)
        logs = self.train_discriminator(real, tf.stop_gradient(fake), label_map)
        logs |= self.train_generator(tape, real, fake, label_map)
        self.update_ema()
        return logs

    def total_loss(self, losses, network):
        total = super().total_loss(losses, network)
        return total / 2 if network == "discriminator" else total


def toy(cls=Toy, **arguments):
    keras.utils.set_random_seed(0)
    model = cls(ToyGenerator(), TwoScales())
    rates = {
        "generator_optimizer": keras.optimizers.SGD(0.1, momentum=0.5),
        "discriminator_optimizer": keras.optimizers.SGD(0.1, momentum=0.5),
    }
    model.compile(**rates | {"ema_decay": 0.5, "run_eagerly": True} | arguments)
    return model
