"""What a segmenter predicts, on networks that segment by colour, and what its protocol says."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from colours import BLUE, CLASS_NAMES, GREEN, RED, colour_network, colours
from tiny import HEIGHT, NUM_CLASSES, WIDTH, tiny_discriminator, tiny_pairs

from oasis_tf.evaluation.confusion import ConfusionMatrix
from oasis_tf.metrics import SegmentationScore
from oasis_tf.segmenters import Segmenter, SegmenterError, open_segmenter

IMAGE = colours([RED, GREEN], [BLUE, RED])


def segmenter_of(network=None, **overrides):
    arguments = {"name": "colours", "class_names": CLASS_NAMES, "size": (2, 2)} | overrides
    return Segmenter(network or colour_network(), **arguments)


def test_logits_are_the_classes_in_their_order():
    predicted = segmenter_of()(IMAGE)
    assert predicted.dtype == tf.int32
    np.testing.assert_array_equal(predicted, [[[1, 2], [3, 1]]])


def test_a_mapping_says_whose_logit_it_is():
    segmenter = segmenter_of(classes=[3, 3, 1])
    np.testing.assert_array_equal(segmenter(IMAGE), [[[3, 3], [1, 3]]])
    assert segmenter.protocol["label_mapping"] == ["3 blue", "3 blue", "1 red"]
    assert segmenter.protocol["classes_without_a_logit"] == ["2 green"]


def test_a_logit_without_a_class_never_wins():
    always = np.concatenate([9 * np.ones((3, 1)), np.eye(3)], axis=1)
    segmenter = segmenter_of(colour_network(always), classes=[None, 1, 2, 3], pixel_range=(0, 1))
    np.testing.assert_array_equal(segmenter(IMAGE), [[[1, 2], [3, 1]]])


@pytest.mark.parametrize("pixel_range", [(0, 255), (-1, 1), ([-2, -1.5, 0], [2, 1.5, 3])])
def test_the_network_sees_its_pixel_range(pixel_range):
    seen = []

    class Eye(keras.Model):
        def call(self, image):
            tf.py_function(lambda x: seen.append(x.numpy()), [image], [])
            return image

    segmenter_of(Eye(), pixel_range=pixel_range)(np.uint8([[[[0, 255, 0], [51, 0, 255]]] * 2]))
    low, high = (np.broadcast_to(end, 3) for end in pixel_range)
    share = np.array([[0, 1, 0], [0.2, 0, 1]])
    np.testing.assert_allclose(seen[-1][0, 0], low + share * (high - low), atol=1e-5)


def test_images_are_resized_to_what_the_network_takes_and_back():
    image = np.repeat(np.repeat(IMAGE, 8, axis=1), 8, axis=2)
    segmenter = segmenter_of(colour_network(size=(32, 32)), size=(16, 16))
    expected = np.repeat(np.repeat([[[1, 2], [3, 1]]], 8, axis=1), 8, axis=2)
    np.testing.assert_array_equal(segmenter(image), expected)
    assert segmenter.protocol["input_size"] == [32, 32]
    assert segmenter.protocol["resize"] == "bilinear, antialiased"


def test_coarse_logits_are_resized_to_the_label_map():
    image = np.repeat(np.repeat(IMAGE, 8, axis=1), 8, axis=2)
    predicted = segmenter_of(colour_network(stride=4), size=(16, 16))(image)
    expected = np.repeat(np.repeat([[[1, 2], [3, 1]]], 8, axis=1), 8, axis=2)
    assert np.mean(np.equal(predicted, expected)) > 0.8
    np.testing.assert_array_equal(predicted[:, ::15, ::15], [[[1, 2], [3, 1]]])


def test_the_protocol_is_json_and_complete():
    protocol = segmenter_of(origin={"kind": "keras"}).protocol
    assert json.loads(json.dumps(protocol)) == {
        "name": "colours",
        "kind": "keras",
        "input_size": [2, 2],
        "resize": None,
        "pixel_range": [-1.0, 1.0],
        "label_mapping": ["1 red", "2 green", "3 blue"],
        "classes_without_a_logit": [],
        "compared_at": "the label map's size; logits of another size are resized to it bilinearly",
    }


def test_it_runs_in_a_function_and_under_a_strategy(two_replicas):
    with two_replicas.scope():
        segmenter = segmenter_of()
    images = np.concatenate([IMAGE, IMAGE[:, ::-1]])
    alone = tf.function(segmenter)(images)
    rows = two_replicas.experimental_distribute_values_from_function(
        lambda context: tf.constant(images[context.replica_id_in_sync_group][None])
    )
    shared = two_replicas.run(tf.function(segmenter), args=(rows,))
    shared = tf.concat(two_replicas.experimental_local_results(shared), axis=0)
    np.testing.assert_array_equal(shared, alone)
    np.testing.assert_array_equal(alone[0], [[1, 2], [3, 1]])


def test_the_runs_own_discriminator_scores_as_in_training():
    images, label_maps = tiny_pairs(6)
    levels = np.uint8(np.round((images + 1) * 127.5))
    discriminator = tiny_discriminator()
    segmenter = open_segmenter(
        kind="discriminator",
        discriminator=discriminator,
        step=7,
        class_names=("void", "a", "b", "c", "d"),
        size=(HEIGHT, WIDTH),
    )
    assert segmenter.name == "the run's own discriminator, step 7"
    assert segmenter.network is discriminator
    score = SegmentationScore(NUM_CLASSES, "real")
    score.update_state(discriminator(levels / 127.5 - 1), label_maps)
    matrix = ConfusionMatrix(NUM_CLASSES)
    matrix.update(segmenter(levels), label_maps)
    np.testing.assert_array_equal(matrix.counts, score.confusion.numpy())


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"classes": [1, 2]}, "has 3 logits, but 2 are said .* null for those"),
        ({"class_names": ("void", "a", "b")}, "has 3 logits, but 2 are said"),
        ({"classes": [None] * 3}, "no logit of the segmenter colours has a class"),
        ({"classes": [1, 2, 4]}, "has the class 4; the classes are 1 to 3"),
        ({"classes": [0, 1, 2]}, "has the class 0; the classes are 1 to 3, and void"),
    ],
)
def test_a_misfit_is_said(overrides, sentence):
    with pytest.raises(SegmenterError, match=sentence):
        segmenter_of(**overrides)


def test_images_of_another_size_than_the_networks_are_said():
    with pytest.raises(SegmenterError, match="does not take images"):
        segmenter_of(colour_network(size=(8, 8)), input_size=(4, 4))


def test_what_a_networks_layers_raise_is_said():
    class Stubborn(keras.Model):
        def call(self, image):
            raise NotImplementedError("no images, please")

    with pytest.raises(SegmenterError, match="does not take images .*no images, please"):
        segmenter_of(Stubborn())


def test_a_classifier_is_no_segmenter():
    network = keras.Sequential([keras.Input((2, 2, 3)), keras.layers.GlobalAveragePooling2D()])
    with pytest.raises(SegmenterError, match=r"gives \(1, 3\) .*logits of every pixel"):
        segmenter_of(network)
