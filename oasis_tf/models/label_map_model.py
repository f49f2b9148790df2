"""What the generator and the model that trains it share: Keras's ways to paint label maps."""

import keras

from oasis_tf.models.inputs import in_plain_words, label_map_and_z, with_known_ids


class LabelMapModel(keras.Model):
    """A `keras.Model` (label_map int (b, h, w), z or None) -> image float (b, h, w, 3).

    `predict` takes label maps, or [label maps, z], and checks the ids; so does a call in eager
    mode. A call inside of a graph does not: there an id of no class is one-hot nowhere.
    """

    def predict_step(self, data):
        inputs, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        label_map, z = label_map_and_z(inputs)
        label_map = with_known_ids(label_map, num_classes=self.num_classes)
        return self(label_map, z, training=False)

    def make_predict_function(self, force=False):
        if self.predict_function is None or force:
            super().make_predict_function(force=force)
            self.predict_function = in_plain_words(self.predict_function)
        return self.predict_function
