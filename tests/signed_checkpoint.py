"""Makes a checkpoint that a test changed one that was written so."""

import hashlib
import json

from oasis_tf.runs.checkpoint_state import STATE, Best, write_state


def sign(path, **changed):
    """Makes a checkpoint's `state.json` fit its files; `changed` may give another `step`."""
    state = json.loads((path / STATE).read_text())
    for name, file in state["files"].items():
        data = (path / name).read_bytes()
        file |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    best = state["best"] and Best(**state["best"])
    told = {"step": state["step"], "files": state["files"], "best": best} | changed
    write_state(path / STATE, **told)
