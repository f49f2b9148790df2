"""KServe's own HTTP server of a SavedModel, with TF Serving's V1 protocol.

Runs in KServe's environment, where there is no TensorFlow:

    python kserve_server.py SETTINGS.json        (see `SavedModelSession`, and "name")

It takes a port of 127.0.0.1 that is free, and prints it.
"""

import asyncio
import base64
import binascii
import json
import socket
import sys

import numpy as np
from kserve import Model
from kserve.errors import InvalidInput
from kserve.model_repository import ModelRepository
from kserve.protocol.dataplane import DataPlane
from kserve.protocol.model_repository_extension import ModelRepositoryExtension
from kserve.protocol.rest.server import RESTServer
from saved_model_session import DTYPES, STRING, SavedModelSession, SessionError


class ServedModel(Model):
    """Rows of JSON to tensors and back, by the rules of TF Serving's `util/json_tensor.cc`."""

    def __init__(self, name, session):
        super().__init__(name)
        self._session = session
        self.ready = True

    async def predict(self, payload, headers=None, response_headers=None):
        try:
            return await asyncio.to_thread(self._predict, payload)
        except SessionError as error:
            raise InvalidInput(str(error)) from error

    def _predict(self, payload):
        rows = payload.get("instances") if isinstance(payload, dict) else None
        if not isinstance(rows, list) or not rows:
            raise InvalidInput("Missing 'instances' key, or no values in it")
        name = payload.get("signature_name", "serving_default")
        signature = self._session.signatures.get(name)
        if signature is None:
            raise InvalidInput(f'Serving signature name: "{name}" not found in signature def')
        ((output, images),) = self._session.run(name, _columns(rows, signature["inputs"])).items()
        predictions = images.tolist()
        if output.endswith("_bytes"):
            predictions = [{"b64": base64.b64encode(row).decode()} for row in predictions]
        return {"predictions": predictions}


def _columns(rows, inputs):
    """One array for each input, from one object for each row."""
    for position, row in enumerate(rows):
        if not isinstance(row, dict) or row.keys() != inputs.keys():
            expected = ",".join(sorted(inputs))
            raise InvalidInput(f"Failed to process element: {position}: keys must be {expected}")
    return {
        name: _column([row[name] for row in rows], dtype) for name, (_, dtype) in inputs.items()
    }


def _column(values, dtype):
    try:
        if dtype == STRING:
            values = [base64.b64decode(value["b64"], validate=True) for value in values]
        column = np.array(values, object if dtype == STRING else None)
        if dtype != STRING and column.dtype.kind not in "if":
            raise ValueError(f"got {column.dtype}")
        if column.dtype.kind == "f" and not np.issubdtype(DTYPES[dtype], np.floating):
            raise ValueError("got fractions")
        if column.dtype.kind == "i" and np.any(column.astype(DTYPES[dtype]) != column):
            raise ValueError("a number is too large")
        return column.astype(DTYPES[dtype])
    except (ValueError, TypeError, KeyError, OverflowError, binascii.Error) as error:
        raise InvalidInput(f"JSON Value not formatted correctly: {error}") from error


def serve(name, **session):
    repository = ModelRepository()
    repository.update(ServedModel(name, SavedModelSession(**session)))
    data_plane = DataPlane(repository)
    extension = ModelRepositoryExtension(repository)
    server = RESTServer("kserve.model_server:app", data_plane, extension, http_port=0)
    listener = socket.create_server(("127.0.0.1", 0))
    assert not {"tensorflow", "keras"} & set(sys.modules)
    print(listener.getsockname()[1], flush=True)
    server.run(sockets=[listener])


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        serve(**json.load(file))
