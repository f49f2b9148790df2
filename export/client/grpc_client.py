"""Client of TF Serving's gRPC API, by the stubs of the package tensorflow-serving-api."""

import grpc
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow.core.framework.tensor_shape_pb2 import TensorShapeProto
from tensorflow.core.framework.types_pb2 import DT_INT64, DT_STRING
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from oasis_tf.export.client.errors import ExampleError, RequestError, ServerError, first_line

REFUSALS = {
    grpc.StatusCode.INVALID_ARGUMENT: ExampleError,
    grpc.StatusCode.NOT_FOUND: RequestError,
    grpc.StatusCode.FAILED_PRECONDITION: RequestError,  # there is no such signature
}


class GRPCClient:
    """Sends label PNGs to PredictionService/Predict over one unencrypted connection.

    Args:
        address: str, HOST:PORT. model: str. timeout: float, seconds. max_bytes: int, of an answer.
    """

    def __init__(self, address, *, model, timeout, max_bytes):
        self._address, self._model, self._timeout = address, model, timeout
        limits = {"grpc.max_receive_message_length": max_bytes, "grpc.max_send_message_length": -1}
        self._channel = grpc.insecure_channel(address, options=list(limits.items()))
        self._stub = PredictionServiceStub(self._channel)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        self._channel.close()

    def paint(self, label_pngs: list[bytes], seeds: list[int]) -> list[bytes]:
        """Paints one image for each label map.

        Args:
            label_pngs: list of bytes. seeds: list of int64, one each.
        Returns: list of bytes, PNGs; not validated.
        Raises: RequestError, ServerError.
        """
        request = PredictRequest()
        request.model_spec.name, request.model_spec.signature_name = self._model, "png"
        shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=len(label_pngs))])
        request.inputs["label_png_bytes"].CopyFrom(
            TensorProto(dtype=DT_STRING, tensor_shape=shape, string_val=label_pngs)
        )
        request.inputs["seed"].CopyFrom(
            TensorProto(dtype=DT_INT64, tensor_shape=shape, int64_val=seeds)
        )
        try:
            answer = self._stub.Predict(request, timeout=self._timeout)
        except grpc.RpcError as error:
            self._raise_sentence(error)
        images = list(answer.outputs["image_png_bytes"].string_val)
        if len(images) != len(label_pngs):
            raise ServerError(
                f"{self._address} answered {len(images)} images to {len(label_pngs)} label maps"
            )
        return images

    def _raise_sentence(self, error):
        code, message = error.code(), first_line(error.details())
        if code == grpc.StatusCode.DEADLINE_EXCEEDED:
            message = (
                f"no answer from {self._address} within {self._timeout:g} s; --timeout waits longer"
            )
        elif code == grpc.StatusCode.UNAVAILABLE:
            message = f"{self._address} cannot be reached, or is too busy: {message}"
        else:
            message = f"{self._address} answered {code.name}: {message}"
        raise REFUSALS.get(code, ServerError)(message) from None
