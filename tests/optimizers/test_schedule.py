"""One definition of linear decay, held to the formulas of both papers' code."""

import pytest

from oasis_tf.optimizers.schedule import linear_factor


@pytest.mark.parametrize("niter, niter_decay", [(50, 50), (100, 100), (1, 3)])
def test_spade_and_pix2pix_by_their_own_formulas(niter, niter_decay):
    epochs = niter + niter_decay
    for epoch in range(1, epochs + 1):
        spade = 1 - max(0, epoch - 1 - niter) / niter_decay
        ours = linear_factor(epoch - 1, constant_epochs=niter, epochs=epochs)
        assert ours == pytest.approx(spade, abs=1e-12)
        finished, epoch_count = epoch - 1, 1
        pix2pix = 1 - max(0, finished + epoch_count - niter) / (niter_decay + 1)
        ours = linear_factor(epoch - 1, constant_epochs=niter - 1, epochs=epochs)
        assert ours == pytest.approx(pix2pix, abs=1e-12)


def test_values_by_hand():
    factors = [linear_factor(epoch, constant_epochs=1, epochs=4) for epoch in range(5)]
    assert factors == pytest.approx([1, 1, 2 / 3, 1 / 3, 0])
