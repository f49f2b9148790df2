"""The gRPC API, by the official stubs, by our client, and by an independent client."""

import subprocess

import grpc
import numpy as np
import pytest
import tensorflow as tf
from servers import NAME, require_servers_python
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from oasis_tf.export.client import connect

pytestmark = pytest.mark.process

# Runs in an environment without TensorFlow.
OVMS_CLIENT = """
import sys
import numpy as np
from ovmsclient import make_grpc_client

address, name, folder = sys.argv[1:]
inputs = {key: np.load(f"{folder}/{key}.npy") for key in ("label_map", "seed")}
images = make_grpc_client(address).predict(inputs=inputs, model_name=name, timeout=60)
assert "tensorflow" not in sys.modules
np.save(f"{folder}/image.npy", images)
"""


def predict(server, signature_name, **inputs):
    """The outputs by the official stubs, as arrays."""
    request = PredictRequest()
    request.model_spec.name, request.model_spec.signature_name = NAME, signature_name
    for name, array in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(array))
    with grpc.insecure_channel(server.grpc) as channel:
        answer = PredictionServiceStub(channel).Predict(request, timeout=60)
    return {name: tf.make_ndarray(tensor) for name, tensor in answer.outputs.items()}


def test_all_signatures_paint_what_the_live_model_paints(grpc_server, served):
    maps, seeds, z = served.label_maps, served.seeds, served.z
    noise_map = np.tile(z[:, None, None], (1, *maps.shape[1:], 1))
    for answer in (
        predict(grpc_server, "", label_map=maps, seed=seeds),
        predict(grpc_server, "with_z", label_map=maps, z=z),
        predict(grpc_server, "with_noise", label_map=maps, noise_map=noise_map),
    ):
        served.assert_painted(answer["image"])
    answer = predict(grpc_server, "png", label_png_bytes=served.label_pngs, seed=seeds)
    served.assert_painted_pngs(answer["image_png_bytes"])


@pytest.mark.parametrize("position", [0, 2])
def test_a_bad_example_is_an_invalid_argument_that_names_its_position(
    grpc_server, served, position
):
    label_maps, pngs = served.label_maps.copy(), list(served.label_pngs)
    label_maps[position, 3, 4] = -1
    pngs[position] = b"no picture"
    for signature_name, inputs in (
        ("serving_default", {"label_map": label_maps}),
        ("png", {"label_png_bytes": pngs}),
    ):
        with pytest.raises(grpc.RpcError) as raised:
            predict(grpc_server, signature_name, seed=served.seeds, **inputs)
        assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert f"example {position} " in raised.value.details()


def test_our_client_paints(grpc_server, served):
    with connect(grpc_server.grpc, model=NAME, timeout=60, grpc=True) as client:
        served.assert_painted_pngs(client.paint(served.label_pngs, served.seeds.tolist()))


def test_an_independent_client_paints(grpc_server, served, tmp_path):
    np.save(tmp_path / "label_map.npy", served.label_maps)
    np.save(tmp_path / "seed.npy", served.seeds)
    command = [require_servers_python(), "-c", OVMS_CLIENT, grpc_server.grpc, NAME, tmp_path]
    subprocess.run(command, check=True)
    served.assert_painted(np.load(tmp_path / "image.npy"))
