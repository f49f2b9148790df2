"""The REST API of real servers: all signatures, and our client."""

import base64

import numpy as np
import pytest
import requests
from servers import NAME

from oasis_tf.export.client import connect

pytestmark = pytest.mark.process


def predict(server, body):
    url = f"{server.rest}/v1/models/{NAME}:predict"
    return requests.post(url, json=body, timeout=60)


def instances(**columns):
    """One dict for each example, as the API requires."""
    rows = zip(*columns.values(), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def test_signatures_paint_what_the_live_model_paints(rest_server, served):
    maps, seeds = served.label_maps.tolist(), served.seeds.tolist()
    body = {"instances": instances(label_map=maps, seed=seeds)}
    answer = predict(rest_server, body).json()
    served.assert_painted(np.array(answer["predictions"]))
    rows = instances(label_map=maps, z=served.z.tolist())
    answer = predict(rest_server, {"signature_name": "with_z", "instances": rows}).json()
    served.assert_painted(np.array(answer["predictions"]))


def test_pngs_go_there_and_back_in_base64(rest_server, served):
    """TF Serving encodes outputs whose names end in _bytes in base64."""
    pngs = [{"b64": base64.b64encode(png).decode()} for png in served.label_pngs]
    rows = instances(label_png_bytes=pngs, seed=served.seeds.tolist())
    answer = predict(rest_server, {"signature_name": "png", "instances": rows}).json()
    images = [base64.b64decode(row["b64"]) for row in answer["predictions"]]
    served.assert_painted_pngs(images)


def test_our_client_paints(rest_server, served):
    with connect(rest_server.rest, model=NAME, timeout=60, grpc=False) as client:
        images = client.paint(served.label_pngs, served.seeds.tolist())
        served.assert_painted_pngs(images)
        last = client.paint(served.label_pngs[-1:], served.seeds[-1:].tolist())
        served.assert_painted_pngs(last, of=slice(-1, None))
