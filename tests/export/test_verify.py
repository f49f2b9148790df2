"""Differences by hand, and limits that can be missed."""

import numpy as np
import pytest

from oasis_tf.export.verification.compare import compare
from oasis_tf.export.verification.difference import Limit, MismatchError
from oasis_tf.export.verification.verification import (
    NOT_CHECKED,
    REFUSED,
    Verdict,
    Verification,
)

GREY = np.full((2, 16, 16, 3), 0.5, np.float32)


def test_a_difference_is_what_one_computes_by_hand():
    other = GREY.copy()
    other[0, :, :8] += 0.1  # a quarter of all values
    difference = compare(other, GREY)
    assert difference.max == pytest.approx(0.1, rel=1e-5)
    assert difference.mean == pytest.approx(0.025, rel=1e-5)
    assert difference.psnr == pytest.approx(-10 * np.log10(0.01 / 4), rel=1e-5)
    assert 0 < difference.ssim < 1


def test_equal_images_differ_by_nothing_and_uint8_counts_from_0_to_255():
    levels = np.arange(768, dtype=np.uint8).reshape(1, 16, 16, 3)
    difference = compare(levels, levels / np.float32(255))
    assert (difference.max, difference.psnr) == (0, np.inf)
    assert difference.ssim == pytest.approx(1)
    assert difference.as_dict()["psnr"] == 999
    assert compare(np.full_like(levels, 255), np.zeros_like(levels)).mean == 1


@pytest.mark.parametrize(
    ("limit", "kept"),
    [
        (Limit(), True),
        (Limit(max=0.101, mean=0.026, psnr=26.0), True),
        (Limit(max=0.099), False),
        (Limit(mean=0.024), False),
        (Limit(psnr=26.1), False),
    ],
)
def test_every_part_of_a_limit_counts(limit, kept):
    other = GREY.copy()
    other[0, :, :8] += 0.1
    difference = compare(other, GREY)
    assert limit.is_kept_by(difference) == kept
    faults = Verification({"": difference}, limit).faults()
    assert len(faults) == (not kept)
    for fault in faults:
        assert fault.startswith(f"does not paint what the live model paints: {difference}; allowed")


def test_faults_name_the_signature_and_what_a_gpu_refused():
    difference = compare(GREY + 0.1, GREY)
    gpu = Verdict(REFUSED, "GATHER_ND")
    faults = Verification({"png": difference, "z": difference}, Limit(max=0.01), gpu).faults()
    assert [fault.partition(" does")[0] for fault in faults[:2]] == ["signature png", "signature z"]
    assert faults[2] == "is not for GPUs: refused: GATHER_ND"
    unchecked = Verification({"": difference}, Limit(), Verdict(NOT_CHECKED, "no GPU"))
    assert unchecked.faults() == []


@pytest.mark.parametrize(
    ("images", "message"),
    [(GREY[:1], r"\(1, 16, 16, 3\)"), (np.where(GREY == 0.5, np.nan, GREY), "not finite")],
)
def test_what_cannot_be_compared_is_a_mismatch(images, message):
    with pytest.raises(MismatchError, match=message):
        compare(images, GREY)
