"""The segmenter that `evaluation.segmenter` names."""

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
    """Opens a segmenter; its variables are made in the scope that this is called in.

    Args:
        kind: "discriminator", the run's own; "keras", a saved Keras model; "keras-hub", a
            SegFormer of keras-hub.
        class_names: of the data set, void first. size: (height, width) of the images.
        model: the .keras file, or the preset's name or folder.
        classes: for each logit a class's id or name, or None for those that are no class; by
            default all classes in their order, without void.
        image_size: (height, width) that the network sees; by default what it was made for, or
            else `size`.
        resize: how images come to `image_size`: "bilinear", "bicubic", "area" or "nearest".
        pixel_range: what 0 and 255 become, (low, high); by default what the preset says, or
            else [-1, 1].
        discriminator: the run's `OASISDiscriminator`, and the `step` of its checkpoint, for its
            kind.
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
    """A run's own discriminator: always there, but it has learned with the generator.

    Of its logits "fake" and void take no part, as in `SegmentationScore`.
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
    """The id of what the config says of one logit."""
    if value is None:
        return None
    try:
        return value if isinstance(value, int) else class_id_of(value, class_names)
    except UnknownClassError as error:
        raise SegmenterError(f"evaluation.segmenter.classes: {error}") from error
