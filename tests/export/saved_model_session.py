"""Runs a SavedModel by TensorFlow's C++ loader, which TF Serving is built on.

Through ctypes and the C API of the wheel's library: neither `tensorflow` nor `keras` is imported,
so this runs in any Python that has NumPy.
"""

import ctypes
import threading
from pathlib import Path

import numpy as np

STRING = 7
DTYPES = {1: np.float32, 3: np.int32, 4: np.uint8, 9: np.int64, STRING: object}
# tensorflow/c/tf_status.h; the same numbers as gRPC's
INVALID_ARGUMENT, FAILED_PRECONDITION = 3, 9
# Keys of ConfigProto.intra_op_parallelism_threads and inter_op_parallelism_threads.
INTRA_OP, INTER_OP = 0x10, 0x28
# tensorflow/core/platform/ctstring_internal.h: a string is a TF_TString of 24 bytes
STRING_BYTES = 24


class SessionError(Exception):
    """TensorFlow's status: a code (gRPC's numbers) and a message."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class _Output(ctypes.Structure):
    _fields_ = [("operation", ctypes.c_void_p), ("index", ctypes.c_int)]


def signatures_of(saved_model):
    """Signatures of a SavedModel, for `SavedModelSession`; the only function that needs TensorFlow.

    Returns: dict of signature name to {"inputs": …, "outputs": …}, each a dict of name to
        [tensor name in the graph, number of the dtype]; fit for JSON.
    """
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    file = SavedModel.FromString(Path(saved_model, "saved_model.pb").read_bytes())

    def tensors(infos):
        return {name: [info.name, info.dtype] for name, info in infos.items()}

    return {
        name: {"inputs": tensors(signature.inputs), "outputs": tensors(signature.outputs)}
        for name, signature in file.meta_graphs[0].signature_def.items()
        if not name.startswith("__")
    }


class SavedModelSession:
    """A loaded SavedModel. `run` may be called from several threads.

    Args:
        library_folder: of `libtensorflow_cc.so.2`.
        saved_model: folder of a version.
        signatures: by `signatures_of`.
        threads: int, at most 127, of each of TensorFlow's pools; tests share the machine.
    Raises: SessionError.
    """

    def __init__(self, *, library_folder, saved_model, signatures, threads=1):
        self.signatures = signatures
        self._c = _load_library(Path(library_folder))
        self._status = threading.local()
        options = self._c.TF_NewSessionOptions()
        config = bytes([INTRA_OP, threads, INTER_OP, threads])
        self._c.TF_SetConfig(options, config, len(config), self._fresh_status())
        self._check()
        self._graph = self._c.TF_NewGraph()
        tags = (ctypes.c_char_p * 1)(b"serve")
        path = str(saved_model).encode()
        self._session = self._c.TF_LoadSessionFromSavedModel(
            options, None, path, tags, 1, self._graph, None, self._fresh_status()
        )
        self._check()

    def run(self, signature_name, inputs):
        """Runs a signature as TF Serving's Predict does.

        Args:
            inputs: dict of name to array of the signature's dtype; bytes in an object array.
        Returns: dict of name to array.
        Raises: SessionError.
        """
        signature = self._signature_for(signature_name, inputs)
        names = list(signature["outputs"])
        fed = [self._output(signature["inputs"][name][0]) for name in inputs]
        fetched = [self._output(signature["outputs"][name][0]) for name in names]
        results = (ctypes.c_void_p * len(names))()
        tensors = []
        try:
            for name, array in inputs.items():
                tensors.append(self._to_tensor(array, signature["inputs"][name][1]))
            self._c.TF_SessionRun(
                self._session,
                None,
                (_Output * len(fed))(*fed),
                (ctypes.c_void_p * len(tensors))(*tensors),
                len(fed),
                (_Output * len(names))(*fetched),
                results,
                len(names),
                None,
                0,
                None,
                self._fresh_status(),
            )
            self._check()
            return {
                name: self._to_array(result) for name, result in zip(names, results, strict=True)
            }
        finally:
            for tensor in [*tensors, *filter(None, results)]:
                self._c.TF_DeleteTensor(tensor)

    def _signature_for(self, signature_name, inputs):
        """The signature, if its inputs have these names and dtypes; TF Serving checks the same."""
        signature = self.signatures.get(signature_name)
        if signature is None:
            sentence = f'Serving signature key "{signature_name}" not found.'
            raise SessionError(FAILED_PRECONDITION, sentence)
        if inputs.keys() != signature["inputs"].keys():
            expected = ", ".join(sorted(signature["inputs"]))
            raise SessionError(INVALID_ARGUMENT, f"input keys must be equal to: {expected}")
        for name, array in inputs.items():
            if array.dtype != DTYPES[signature["inputs"][name][1]]:
                raise SessionError(INVALID_ARGUMENT, f"input {name} has dtype {array.dtype}")
        return signature

    def _output(self, tensor_name):
        operation, _, index = tensor_name.partition(":")
        return _Output(self._c.TF_GraphOperationByName(self._graph, operation.encode()), int(index))

    def _to_tensor(self, array, dtype):
        shape = (ctypes.c_int64 * array.ndim)(*array.shape)
        if dtype != STRING:
            array = np.ascontiguousarray(array)
            tensor = self._c.TF_AllocateTensor(dtype, shape, array.ndim, array.nbytes)
            ctypes.memmove(self._c.TF_TensorData(tensor), array.ctypes.data, array.nbytes)
            return tensor
        size = STRING_BYTES * array.size
        tensor = self._c.TF_AllocateTensor(dtype, shape, array.ndim, size)
        data = self._c.TF_TensorData(tensor)
        for index, value in enumerate(array.flat):
            string = data + index * STRING_BYTES
            self._c.TF_StringInit(string)
            self._c.TF_StringCopy(string, value, len(value))
        return tensor

    def _to_array(self, tensor):
        c = self._c
        shape = [c.TF_Dim(tensor, axis) for axis in range(c.TF_NumDims(tensor))]
        dtype, data = c.TF_TensorType(tensor), c.TF_TensorData(tensor)
        if dtype != STRING:
            content = ctypes.string_at(data, c.TF_TensorByteSize(tensor))
            return np.frombuffer(content, DTYPES[dtype]).reshape(shape)
        array = np.empty(shape, object)
        for index in range(array.size):
            string = data + index * STRING_BYTES
            pointer, size = c.TF_StringGetDataPointer(string), c.TF_StringGetSize(string)
            array.flat[index] = ctypes.string_at(pointer, size)
        return array

    def _fresh_status(self):
        self._status.value = self._c.TF_NewStatus()
        return self._status.value

    def _check(self):
        status = self._status.value
        code, message = self._c.TF_GetCode(status), self._c.TF_Message(status)
        self._c.TF_DeleteStatus(status)
        if code:
            raise SessionError(code, message.decode(errors="replace"))


def _load_library(folder):
    library = ctypes.CDLL(str(folder / "libtensorflow_cc.so.2"))  # finds the others in its folder
    pointer, number, size, text = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t, ctypes.c_char_p
    for name, result, arguments in (
        ("NewStatus", pointer, []),
        ("GetCode", number, [pointer]),
        ("Message", text, [pointer]),
        ("DeleteStatus", None, [pointer]),
        ("NewSessionOptions", pointer, []),
        ("SetConfig", None, [pointer, text, size, pointer]),
        ("NewGraph", pointer, []),
        ("GraphOperationByName", pointer, [pointer, text]),
        (
            "LoadSessionFromSavedModel",
            pointer,
            [pointer, pointer, text, pointer, number, pointer, pointer, pointer],
        ),
        (
            "SessionRun",
            None,
            [pointer] * 4 + [number] + [pointer] * 2 + [number, pointer, number] + [pointer] * 2,
        ),
        ("AllocateTensor", pointer, [number, pointer, number, size]),
        ("DeleteTensor", None, [pointer]),
        ("TensorData", pointer, [pointer]),
        ("TensorType", number, [pointer]),
        ("TensorByteSize", size, [pointer]),
        ("NumDims", number, [pointer]),
        ("Dim", ctypes.c_int64, [pointer, number]),
        ("StringInit", None, [pointer]),
        ("StringCopy", None, [pointer, text, size]),
        ("StringGetDataPointer", pointer, [pointer]),
        ("StringGetSize", size, [pointer]),
    ):
        function = getattr(library, f"TF_{name}")
        function.restype, function.argtypes = result, arguments
    return library
