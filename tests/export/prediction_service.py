"""TF Serving's gRPC service on the official stubs, with TensorFlow's C++ loader.

    python prediction_service.py SETTINGS.json        (see `SavedModelSession`, and "name")

It takes a port of 127.0.0.1 that is free, and prints it.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
import tensorflow as tf
from saved_model_session import SavedModelSession, SessionError
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

STATUS = {code.value[0]: code for code in grpc.StatusCode}


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Predict, with TF Serving's codes and messages for bad requests."""

    def __init__(self, name, session):
        self._name = name
        self._session = session

    def Predict(self, request, context):
        model = request.model_spec
        if model.name != self._name:
            sentence = f"Servable not found for request: Latest({model.name})"
            context.abort(grpc.StatusCode.NOT_FOUND, sentence)
        try:
            inputs = {name: tf.make_ndarray(proto) for name, proto in request.inputs.items()}
        except (ValueError, TypeError) as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        try:
            outputs = self._session.run(model.signature_name or "serving_default", inputs)
        except SessionError as error:
            context.abort(STATUS[error.code], str(error))
        protos = {name: tf.make_tensor_proto(array) for name, array in outputs.items()}
        return predict_pb2.PredictResponse(model_spec=model, outputs=protos)


def serve(name, **session):
    server = grpc.server(ThreadPoolExecutor(8))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        PredictionService(name, SavedModelSession(**session)), server
    )
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        serve(**json.load(file))
