"""Opens the segmenter of `evaluation.segmenter`."""

from oasis_tf.config.class_names import UnknownClassError, class_id_of
from oasis_tf.segmenters.card import classes_of_card
from oasis_tf.segmenters.errors import SegmenterError
from oasis_tf.segmenters.keras_file import open_network
from oasis_tf.segmenters.keras_hub import open_preset
from oasis_tf.segmenters.segmenter import Segmenter

SIGNED = (-1, 1)


def open_segmenter(
    *,
    kind,
    class_names,
    size,
    model=None,
    classes=None,
    image_size=None,
    resize="bilinear",
    pixel_range=None,
    discriminator=None,
    step=None,
):
    """Opens a segmenter. Its variables are created in the current strategy scope.

    Args:
        kind: "discriminator", the run's own; "keras", a saved Keras model; "keras-hub", a
            SegFormer of keras-hub.
        class_names: of the data set, void first. size: (height, width) of the images.
        model: the .keras file, or the preset's name or folder.
        classes: id or name of each logit's class, or None for a logit without class; by default
            all classes but void, in their order.
        image_size: (height, width) of the network's input; by default the network's own, or else
            `size`.
        resize: interpolation to `image_size`: "bilinear", "bicubic", "area" or "nearest".
        pixel_range: the network's input for the pixel values 0 and 255, (low, high); by default
            the preset's or card's, or else [-1, 1].
        discriminator, step: the run's `OASISDiscriminator` and the step of its checkpoint, for
            that kind.
    Returns: `Segmenter`.
    Raises: SegmenterError.
    """
    if kind == "discriminator":
        return discriminator_segmenter(discriminator, step=step, class_names=class_names, size=size)
    if kind == "keras":
        network, name, card, origin = open_network(model)
        own_range = card and card.pixel_range
        image_size = image_size or (card and card.image_size)
        if card and classes is None:
            classes = classes_of_card(card, class_names, path=model)
    else:
        network, name, own_range, origin = open_preset(model)
    return Segmenter(
        network,
        name=name,
        classes=None if classes is None else [_class_id(entry, class_names) for entry in classes],
        class_names=class_names,
        size=size,
        input_size=image_size,
        resize=resize,
        pixel_range=pixel_range or own_range or SIGNED,
        origin={"kind": kind, **origin},
    )


def discriminator_segmenter(discriminator, *, step, class_names, size):
    """A run's own discriminator as segmenter. Its scores compare steps of one run only.

    The logits of "fake" and void are left out, as in `SegmentationScore`.
    """
    return Segmenter(
        discriminator,
        name=f"the run's own discriminator, step {step}",
        classes=[None, None, *range(1, len(class_names))],
        class_names=class_names,
        size=size,
        pixel_range=SIGNED,
        origin={"kind": "discriminator", "step": step},
    )


def _class_id(value, class_names):
    """The class id of one entry of `evaluation.segmenter.classes`."""
    if value is None:
        return None
    try:
        return value if isinstance(value, int) else class_id_of(value, class_names)
    except UnknownClassError as error:
        raise SegmenterError(f"evaluation.segmenter.classes: {error}") from error
