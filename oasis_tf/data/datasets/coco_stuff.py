"""COCO-Stuff, 182 classes, in the layout of SPADE.

Caesar et al. 2018, "COCO-Stuff: Thing and Stuff Classes in Context"; names and their order as in
github.com/nightrome/cocostuff, labels.txt. Eleven things, such as "hat", were removed from COCO
and occur in no label map; their ids, and the channels of the official networks, are kept.
"""

from pathlib import Path

from oasis_tf.data.dataset_info import DataSetInfo
from oasis_tf.data.errors import DataError

THINGS = """
    person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light,
    fire hydrant, street sign, stop sign, parking meter, bench, bird, cat, dog, horse, sheep, cow,
    elephant, bear, zebra, giraffe, hat, backpack, umbrella, shoe, eye glasses, handbag, tie,
    suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove,
    skateboard, surfboard, tennis racket, bottle, plate, wine glass, cup, fork, knife, spoon, bowl,
    banana, apple, sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake, chair, couch,
    potted plant, bed, mirror, dining table, window, desk, toilet, door, tv, laptop, mouse, remote,
    keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, blender, book, clock, vase,
    scissors, teddy bear, hair drier, toothbrush, hair brush
"""
STUFF = """
    banner, blanket, branch, bridge, building-other, bush, cabinet, cage, cardboard, carpet,
    ceiling-other, ceiling-tile, cloth, clothes, clouds, counter, cupboard, curtain, desk-stuff,
    dirt, door-stuff, fence, floor-marble, floor-other, floor-stone, floor-tile, floor-wood,
    flower, fog, food-other, fruit, furniture-other, grass, gravel, ground-other, hill, house,
    leaves, light, mat, metal, mirror-stuff, moss, mountain, mud, napkin, net, paper, pavement,
    pillow, plant-other, plastic, platform, playingfield, railing, railroad, river, road, rock,
    roof, rug, salad, sand, sea, shelf, sky-other, skyscraper, snow, solid-other, stairs, stone,
    straw, structural-other, table, tent, textile-other, towel, tree, vegetable, wall-brick,
    wall-concrete, wall-other, wall-panel, wall-stone, wall-tile, wall-wood, water-other,
    waterdrops, window-blind, window-other, wood
"""
CLASS_NAMES = ("void", *(" ".join(name.split()) for name in f"{THINGS},{STUFF}".split(",")))


def open_coco_stuff(*, root: Path | str, split: str):
    """Opens one split.

    Label maps hold 0..181, one less than the id in labels.txt, and 255 for void. Class ids are
    those of labels.txt; 0 is void. The palette is `distinct_palette`: the colour map of
    the data set has all things in black.

    Args:
        root: the folder with train_img/, train_label/, val_img/ and val_label/.
        split: "train" or "val".
    Returns: `Folder`.
    Raises: DataError naming the path that is missing or broken.
    """
    images, labels = Path(root, f"{split}_img"), Path(root, f"{split}_label")
    for folder in (images, labels):
        if not folder.is_dir():
            raise DataError(
                f"{folder}: no such folder. Point the data root at the folder that SPADE's "
                "instructions for COCO-Stuff make, with train_img/, train_label/ and so on."
            )
    from oasis_tf.data.folder import folder_of

    return folder_of(DATA_SET, images=images, labels=labels)


DATA_SET = DataSetInfo(
    name="coco_stuff",
    title="COCO-Stuff",
    open=open_coco_stuff,
    class_names=CLASS_NAMES,
    void_id=255,
)
