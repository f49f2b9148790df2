"""A gRPC service with given answers."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc


@contextmanager
def serving(*answers, compression=None):
    """A PredictionService that gives these answers in turn, and then repeats the last one.

    Args:
        answers: list of bytes, the images; a `grpc.StatusCode`; None for never answering.
        compression: `grpc.Compression` of the answers.
    Yields: its address and the list of requests.
    """
    asked, waiting, over = [], list(answers), threading.Event()

    class Service(prediction_service_pb2_grpc.PredictionServiceServicer):
        def Predict(self, request, context):
            asked.append(request)
            answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if answer is None:
                over.wait(30)
            elif isinstance(answer, grpc.StatusCode):
                context.abort(answer, "no paint\nand more")
            images = tf.make_tensor_proto(np.array(answer or [], object), tf.string)
            return predict_pb2.PredictResponse(outputs={"image_png_bytes": images})

    server = grpc.server(ThreadPoolExecutor(2), compression=compression)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(Service(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}", asked
    finally:
        over.set()
        server.stop(None).wait()
