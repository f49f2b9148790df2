"""Requests of all kinds, 8 at a time, bad ones among good ones: every answer is the known image or
a clean error, and afterwards the servers still answer."""

import base64
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import grpc
import numpy as np
import pytest
import requests
import tensorflow as tf
from servers import NAME
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

pytestmark = pytest.mark.process

AT_A_TIME, LARGEST_BATCH = 8, 5
INVALID = grpc.StatusCode.INVALID_ARGUMENT
GARBAGE = (b"", b"no picture", b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n" + bytes(200))


class Hammer:
    """Each method sends one kind of request and asserts its answer.

    Args:
        picks: which of the known examples, int (batch,), any of them and as often as it likes.
    """

    def __init__(self, served, rest_server, grpc_server):
        self.served = served
        self.url = f"{rest_server.rest}/v1/models/{NAME}:predict"
        self.channel = grpc.insecure_channel(grpc_server.grpc)
        self.stub = PredictionServiceStub(self.channel)

    def rest_seeds(self, picks):
        self.served.assert_painted(np.array(self.rest_answer(self.rows(picks))), of=picks)

    def rest_z(self, picks):
        rows = self.rows(picks)
        for row, z in zip(rows, self.served.z[picks], strict=True):
            del row["seed"]
            row["z"] = z.tolist()
        self.served.assert_painted(np.array(self.rest_answer(rows, "with_z")), of=picks)

    def rest_pngs(self, picks):
        answer = self.rest_answer(self.png_rows(picks), "png")
        images = [base64.b64decode(row["b64"]) for row in answer]
        self.served.assert_painted_pngs(images, of=picks)

    def rest_malformed_json(self, picks):
        self.assert_refused(self.post(data=b'{"instances": [{"label_map": [[0, '))

    def rest_no_object(self, picks):
        self.assert_refused(self.post(json=self.rows(picks)))

    def rest_empty_batch(self, picks):
        self.assert_refused(self.post(json={"instances": []}))

    def rest_wrong_shape(self, picks):
        rows = self.rows(picks)
        for row in rows:
            row["label_map"] = row["label_map"][:8]
        self.assert_refused(self.post(json={"instances": rows}))

    def rest_ragged(self, picks):
        rows = self.rows(picks)
        rows[-1]["label_map"][3].pop()
        self.assert_refused(self.post(json={"instances": rows}))

    def rest_id_out_of_range(self, picks):
        rows = self.rows(picks)
        rows[-1]["label_map"][0][0] = self.served.num_classes
        message = self.assert_refused(self.post(json={"instances": rows}))
        assert f"example {len(picks) - 1} " in message

    def rest_garbage_png(self, picks):
        rows = self.png_rows(picks)
        garbage = GARBAGE[picks[0] % len(GARBAGE)]
        rows[0]["label_png_bytes"]["b64"] = base64.b64encode(garbage).decode()
        message = self.assert_refused(self.post(json={"signature_name": "png", "instances": rows}))
        assert "example 0 " in message

    def rest_no_base64(self, picks):
        rows = self.png_rows(picks)
        rows[0]["label_png_bytes"]["b64"] = "*"
        self.assert_refused(self.post(json={"signature_name": "png", "instances": rows}))

    def rest_wrong_signature(self, picks):
        body = {"signature_name": "jpeg", "instances": self.rows(picks)}
        assert "jpeg" in self.assert_refused(self.post(json=body))

    def rest_missing_input(self, picks):
        rows = [{"label_map": row["label_map"]} for row in self.rows(picks)]
        self.assert_refused(self.post(json={"instances": rows}))

    def rest_wrong_model(self, picks):
        url = self.url.replace(NAME, "nobody")
        self.assert_refused(requests.post(url, json={"instances": [1]}, timeout=60), status=404)

    def grpc_seeds(self, picks):
        self.served.assert_painted(self.grpc_answer("", **self.inputs(picks))["image"], of=picks)

    def grpc_z(self, picks):
        inputs = {"label_map": self.served.label_maps[picks], "z": self.served.z[picks]}
        self.served.assert_painted(self.grpc_answer("with_z", **inputs)["image"], of=picks)

    def grpc_noise_map(self, picks):
        label_map, z = self.served.label_maps[picks], self.served.z[picks]
        noise_map = np.tile(z[:, None, None], (1, *label_map.shape[1:], 1))
        answer = self.grpc_answer("with_noise", label_map=label_map, noise_map=noise_map)
        self.served.assert_painted(answer["image"], of=picks)

    def grpc_pngs(self, picks):
        answer = self.grpc_answer("png", **self.png_inputs(picks))
        self.served.assert_painted_pngs(answer["image_png_bytes"], of=picks)

    def grpc_empty_batch(self, picks):
        try:
            answer = self.grpc_answer("", **self.inputs(picks[:0]))
        except grpc.RpcError as error:
            assert error.code() == INVALID
        else:
            assert answer["image"].shape == (0, *self.served.images.shape[1:])

    def grpc_wrong_shape(self, picks):
        inputs = self.inputs(picks)
        self.assert_rejected(INVALID, "", **inputs | {"label_map": inputs["label_map"][:, :8]})

    def grpc_too_few_seeds(self, picks):
        inputs = self.inputs(picks)
        self.assert_rejected(INVALID, "", **inputs | {"seed": inputs["seed"][1:]})

    def grpc_id_out_of_range(self, picks):
        inputs = self.inputs(picks)
        inputs["label_map"][-1, 5, 6] = -1
        message = self.assert_rejected(INVALID, "", **inputs)
        assert f"example {len(picks) - 1} " in message

    def grpc_garbage_png(self, picks):
        inputs = self.png_inputs(picks)
        inputs["label_png_bytes"][-1] = GARBAGE[picks[0] % len(GARBAGE)]
        message = self.assert_rejected(INVALID, "png", **inputs)
        assert f"example {len(picks) - 1} " in message

    def grpc_wrong_dtype(self, picks):
        inputs = self.inputs(picks)
        self.assert_rejected(INVALID, "", **inputs | {"seed": inputs["seed"].astype(np.float32)})

    def grpc_missing_input(self, picks):
        self.assert_rejected(INVALID, "", label_map=self.served.label_maps[picks])

    def grpc_wrong_signature(self, picks):
        code = grpc.StatusCode.FAILED_PRECONDITION
        assert "jpeg" in self.assert_rejected(code, "jpeg", **self.inputs(picks))

    def grpc_wrong_model(self, picks):
        with pytest.raises(grpc.RpcError) as raised:
            self.grpc_answer("", model="nobody", **self.inputs(picks))
        assert raised.value.code() == grpc.StatusCode.NOT_FOUND

    def rows(self, picks):
        maps, seeds = self.served.label_maps[picks], self.served.seeds[picks]
        return [
            {"label_map": label_map.tolist(), "seed": int(seed)}
            for label_map, seed in zip(maps, seeds, strict=True)
        ]

    def png_rows(self, picks):
        return [
            {
                "label_png_bytes": {"b64": base64.b64encode(self.served.label_pngs[pick]).decode()},
                "seed": int(self.served.seeds[pick]),
            }
            for pick in picks
        ]

    def inputs(self, picks):
        return {"label_map": self.served.label_maps[picks], "seed": self.served.seeds[picks]}

    def png_inputs(self, picks):
        pngs = [self.served.label_pngs[pick] for pick in picks]
        return {"label_png_bytes": pngs, "seed": self.served.seeds[picks]}

    def post(self, **body):
        return requests.post(self.url, timeout=60, **body)

    def rest_answer(self, rows, signature_name="serving_default"):
        response = self.post(json={"signature_name": signature_name, "instances": rows})
        assert response.status_code == 200, response.text
        return response.json()["predictions"]

    def grpc_answer(self, signature_name, model=NAME, **inputs):
        request = PredictRequest()
        request.model_spec.name, request.model_spec.signature_name = model, signature_name
        for name, array in inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(array))
        answer = self.stub.Predict(request, timeout=60)
        return {name: tf.make_ndarray(tensor) for name, tensor in answer.outputs.items()}

    def assert_refused(self, response, status=400):
        assert response.status_code == status, response.text
        return clean(response.json()["error"])

    def assert_rejected(self, code, signature_name, **inputs):
        with pytest.raises(grpc.RpcError) as raised:
            self.grpc_answer(signature_name, **inputs)
        assert raised.value.code() == code, raised.value
        return clean(raised.value.details())


def clean(sentence):
    assert sentence and "Traceback" not in sentence
    return sentence


KINDS = [name for name in vars(Hammer) if name.startswith(("rest_", "grpc_"))]
KINDS = [name for name in KINDS if not name.endswith("_answer")]
GOOD = [name for name in KINDS if name.endswith(("_seeds", "_z", "_pngs", "_noise_map"))]
GOOD.remove("grpc_too_few_seeds")


@pytest.mark.parametrize("num_requests", [120, pytest.param(500, marks=pytest.mark.slow)])
def test_every_answer_is_the_known_image_or_a_clean_error(
    served, rest_server, grpc_server, num_requests
):
    hammer, rng = Hammer(served, rest_server, grpc_server), np.random.default_rng(0)
    kinds = [*KINDS, *rng.choice(KINDS + GOOD, num_requests - len(KINDS))]
    kinds = rng.permutation(kinds)
    batches = rng.integers(1, LARGEST_BATCH + 1, num_requests)
    picks = [rng.integers(len(served.images), size=batch) for batch in batches]
    with hammer.channel, ThreadPoolExecutor(AT_A_TIME) as pool:
        futures = [
            pool.submit(getattr(hammer, kind), pick)
            for kind, pick in zip(kinds, picks, strict=True)
        ]
        failed = Counter()
        for kind, future in zip(kinds, futures, strict=True):
            if error := future.exception():
                failed[f"{kind}: {error}"] += 1
        assert not failed
        everything = np.arange(len(served.images))
        for kind in GOOD:
            getattr(hammer, kind)(everything)
