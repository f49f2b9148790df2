"""Base of the generator and of the models that train one: images of label maps by `predict`."""

import keras

from oasis_tf.models.call_inputs import label_map_and_z

ON_TENSORFLOW = keras.config.backend() == "tensorflow"
if ON_TENSORFLOW:
    from oasis_tf.models.inputs import with_known_ids, with_value_errors


class LabelMapModel(keras.Model):
    """A `keras.Model` (label_map int (b, h, w), z or None) -> image float (b, h, w, 3).

    `predict` takes label maps, or [label maps, z], and checks the ids on TensorFlow. A call checks
    them in eager mode only; in a graph, the one-hot vector of an id that is not a class is 0.

    Attributes:
        has_smooth_noise: bool, whether images change smoothly with z.
        takes_noise_maps: bool, whether z may be a noise map.
        edges: bool, whether it takes panoptic maps (b, h, w, 2), see `oasis_tf.data.panoptic`,
            instead of label maps, for the edges between instances.
    """

    has_smooth_noise = True
    takes_noise_maps = True
    edges = False

    @property
    def label_map_shape(self):
        """Of one image's label map: (h, w), or (h, w, 2) of a panoptic map."""
        return (*self.image_size, 2) if self.edges else tuple(self.image_size)

    def predict_step(self, *state_and_data):
        """Images of a batch: a label map, or [label map, z]. JAX passes its state first."""
        if not ON_TENSORFLOW:
            return super().predict_step(*state_and_data)
        (data,) = state_and_data
        inputs, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        label_map, z = label_map_and_z(inputs)
        label_map = with_known_ids(label_map, num_classes=self.num_classes)
        return self(label_map, z, training=False)

    def make_predict_function(self, force=False):
        if self.predict_function is None or force:
            super().make_predict_function(force=force)
            if ON_TENSORFLOW:
                self.predict_function = with_value_errors(self.predict_function)
        return self.predict_function
