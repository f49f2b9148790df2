"""Two optimizers as the one that Keras's callbacks ask a model for."""


class OptimizerPair:
    """The learning rate of two networks' optimizers, for `ReduceLROnPlateau` and the like.

    It is the generator's. Setting it moves the discriminator's in proportion.

    Args:
        generator, discriminator: `keras.optimizers.Optimizer`.
    """

    def __init__(self, generator, discriminator):
        self.generator = generator
        self.discriminator = discriminator
        self._ratio = 1.0

    built = True  # both are, by `ready_optimizer`

    @property
    def variables(self):
        """Of both, for `summary`."""
        return [*self.generator.variables, *self.discriminator.variables]

    @property
    def learning_rate(self):
        return self.generator.learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        old = float(self.generator.learning_rate)
        if old > 0:  # else that of the last time, as in a warm-up from 0
            self._ratio = float(self.discriminator.learning_rate) / old
        self.generator.learning_rate = value
        self.discriminator.learning_rate = float(value) * self._ratio
