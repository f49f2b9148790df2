"""Schedules of the learning rate: factors by epoch."""


def linear_factor(finished_epochs: int, *, constant_epochs: int, epochs: int) -> float:
    """Factor of the learning rate in the epoch that follows so many finished ones.

    1 until `constant_epochs` are finished, then falling by equal amounts an epoch, towards 0 at the
    end of the run: min(1, (epochs - finished) / (epochs - constant_epochs)). So the epoch after the
    constant ones still has 1, and the last one 1 / (epochs - constant_epochs).

    SPADE's `niter` N and `niter_decay` D are constant_epochs = N and epochs = N + D. Those of
    Pix2Pix, with their default `epoch_count` of 1, are constant_epochs = N - 1 and epochs = N + D:
    its rate falls one epoch earlier.

    ```python
    [linear_factor(epoch, constant_epochs=1, epochs=4) for epoch in range(4)]  # 1, 1, 2/3, 1/3
    ```
    """
    return min(1.0, max(0.0, (epochs - finished_epochs) / (epochs - constant_epochs)))
