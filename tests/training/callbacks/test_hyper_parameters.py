import tensorflow as tf
from tensorboard.plugins.hparams import plugin_data_pb2

from oasis_tf.training.callbacks import write_hyper_parameters


def test_the_hparams_tab_gets_every_key_with_its_type(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    keys = {"a.batch": 4, "a.rate": 0.5, "a.flip": True, "a.kind": "x", "size": (3, 4), "no": None}
    write_hyper_parameters(writer, keys)
    (path,) = tmp_path.iterdir()
    metadata = [
        value.metadata.plugin_data
        for event in tf.compat.v1.train.summary_iterator(str(path))
        for value in event.summary.value
    ]
    contents = [
        plugin_data_pb2.HParamsPluginData.FromString(data.content)
        for data in metadata
        if data.plugin_name == "hparams"
    ]
    (started,) = [c for c in contents if c.HasField("session_start_info")]
    found = started.session_start_info.hparams
    assert {key: value.WhichOneof("kind") for key, value in found.items()} == {
        "a.batch": "number_value",
        "a.rate": "number_value",
        "a.flip": "bool_value",
        "a.kind": "string_value",
        "size": "string_value",
        "no": "string_value",
    }
    assert (found["a.rate"].number_value, found["size"].string_value) == (0.5, "(3, 4)")
