"""Runs signatures of a SavedModel in a process that never imports TensorFlow or Keras.

    python run_saved_model.py SETTINGS        (arguments of `SavedModelSession`, as JSON)

Each line of stdin is a list of calls [signature name, inputs], an input as a nested list, bytes as
base64. A line of stdout answers it: a list with outputs of the same kind, or
{"error": [code, message]}, for each call.
"""

import base64
import json
import sys

import numpy as np
from saved_model_session import DTYPES, STRING, SavedModelSession, SessionError


def to_array(values, dtype):
    if dtype == STRING:
        return np.array([base64.b64decode(value) for value in values], object)
    return np.array(values, DTYPES[dtype])


def to_list(array):
    if array.dtype == object:
        return [base64.b64encode(value).decode() for value in array]
    return array.tolist()


def answer(session, signature_name, inputs):
    infos = session.signatures[signature_name]["inputs"]
    arrays = {name: to_array(values, infos[name][1]) for name, values in inputs.items()}
    try:
        outputs = session.run(signature_name, arrays)
    except SessionError as error:
        return {"error": [error.code, str(error)]}
    return {name: to_list(array) for name, array in outputs.items()}


if __name__ == "__main__":
    session = SavedModelSession(**json.loads(sys.argv[1]))
    for line in sys.stdin:
        answers = [answer(session, *call) for call in json.loads(line)]
        print(json.dumps(answers), flush=True)
    assert not {"tensorflow", "keras"} & set(sys.modules)
