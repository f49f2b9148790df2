"""Two optimizers behind the interface of one, for Keras's callbacks."""


class OptimizerPair:
    """The learning rate of two networks' optimizers, for `ReduceLROnPlateau` and the like.

    It is the generator's. Setting it changes the discriminator's by the same factor.

    Args:
        generator, discriminator: `keras.optimizers.Optimizer`.
    """

    def __init__(self, generator, discriminator):
        self.generator = generator
        self.discriminator = discriminator
        self._ratio = 1.0

    built = True  # `build_optimizer` builds both

    @property
    def variables(self):
        """Variables of both, for `summary`."""
        return [*self.generator.variables, *self.discriminator.variables]

    @property
    def learning_rate(self):
        return self.generator.learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        old = float(self.generator.learning_rate)
        if old > 0:  # else keep the last ratio, as in a warm-up from 0
            self._ratio = float(self.discriminator.learning_rate) / old
        self.generator.learning_rate = value
        self.discriminator.learning_rate = float(value) * self._ratio
