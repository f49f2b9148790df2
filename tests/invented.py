"""Invented results: no number here was ever measured."""

import math

NAMES = (
    *("sky", "building", "pole", "road", "pavement", "tree", "sign", "fence", "car"),
    *("pedestrian", "cyclist"),
)
SHARES = (0.17, 0.23, 0.01, 0.3, 0.045, 0.1, 0.012, 0.013, 0.06, 0.007, 0.003)
TEXTURES = (0.004, 0.03, 0.041, 0.008, 0.012, 0.05, 0.047, 0.04, 0.036, 0.045, None)


def classes(names=NAMES, shares=SHARES, textures=TEXTURES):
    return [
        {"id": index, "name": name, "share": share / sum(shares), "texture": texture}
        for index, (name, share, texture) in enumerate(
            zip(names, shares, textures, strict=True), start=1
        )
    ]


def scores(ious):
    """Of classes 1, 2, …; None where there is no IoU."""
    known = [iou for iou in ious if iou is not None]
    return {
        "miou": sum(known) / len(known),
        "accuracy": 0.5 + sum(known) / len(known) / 2,
        "per_class_iou": [None, *ious],
    }


def learned(step, *, slowness, shares=SHARES):
    """IoUs that rise with the step, of rare classes later."""
    speed = [math.sqrt(share) / slowness for share in shares]
    return [round(0.85 * (1 - math.exp(-step * s / 400)), 4) for s in speed]


def miou(step=2000, *, segmenter="U-Net of tests", **arguments):
    return {
        "segmenter": {"name": segmenter, "input_size": [96, 128], "resize": "bilinear"},
        "real": scores([0.9 - 0.05 * i for i in range(10)] + [None]),
        "fake": scores([*learned(step, slowness=1)[:10], None]),
    }


def fid(value, name="FID"):
    return {"name": name, "value": value, "num_real": 2000, "num_fake": 2000}


def kid(value, name="KID"):
    about = {"standard_deviation": 0.0021, "low": value - 0.001, "high": value + 0.001}
    return fid(value, name) | about | {"num_subsets": 100, "subset_size": 1000}


def diversity():
    return {
        "samples": 4,
        "num_label_maps": 101,
        "ms_ssim": {"value": 0.4321, "standard_deviation": 0.1, "filter_size": 5, "scales": 5},
        "feature_distance": {
            "name": "the run's own discriminator, step 2000",
            "value": 0.5678,
            "standard_deviation": None,
        },
    }


def evaluation(step=2000, *, source="ade20k", run="runs/my", metrics=None, **others):
    """One result with every metric, or with those given."""
    if metrics is None:
        metrics = {
            "fid": fid(300 * math.exp(-step / 900) + 40),
            "kid": kid(0.0345),
            "miou": miou(step),
            "diversity": diversity(),
        }
    return {
        "format": 1,
        "run": run,
        "step": step,
        "generator": "ab" * 32,
        "data": {"source": source, "split": "val", "num_images": 2000, "image_size": [256, 256]},
        "seed": 0,
        "metrics": metrics,
        "classes": classes(),
        **others,
    }


def over_training(steps=(0, 250, 500, 1000, 1500, 2000)):
    return [evaluation(step) for step in steps]
