// Undo and redo, stroke by stroke. A step keeps only the rectangle that changed.

const MOST_STEPS = 200;

/** The rectangle in which two maps' bytes differ, or null. */
function changedBox(before, after, width) {
  let left = width, right = -1, top = -1, bottom = -1;
  for (let index = 0; index < after.length; index++) {
    if (before[index] === after[index]) continue;
    const x = index % width;
    const y = (index - x) / width;
    if (top < 0) top = y;
    bottom = y;
    if (x < left) left = x;
    if (x > right) right = x;
  }
  return top < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

function cut(ids, width, box) {
  const part = new Uint8Array(box.width * box.height);
  for (let y = 0; y < box.height; y++) {
    const start = (box.top + y) * width + box.left;
    part.set(ids.subarray(start, start + box.width), y * box.width);
  }
  return part;
}

function paste(ids, width, box, part) {
  for (let y = 0; y < box.height; y++) {
    ids.set(part.subarray(y * box.width, (y + 1) * box.width), (box.top + y) * width + box.left);
  }
}

export class History {
  #past = [];
  #future = [];

  get canUndo() { return this.#past.length > 0; }

  get canRedo() { return this.#future.length > 0; }

  /** Records what became of `before` (bytes). Returns whether anything changed. */
  record(before, map) {
    const box = changedBox(before, map.ids, map.width);
    if (!box) return false;
    const step = { box, before: cut(before, map.width, box), after: cut(map.ids, map.width, box) };
    this.#past.push(step);
    if (this.#past.length > MOST_STEPS) this.#past.shift();
    this.#future = [];
    return true;
  }

  undo(map) { return this.#move(this.#past, this.#future, "before", map); }

  redo(map) { return this.#move(this.#future, this.#past, "after", map); }

  #move(from, to, side, map) {
    const step = from.pop();
    if (!step) return false;
    paste(map.ids, map.width, step.box, step[side]);
    to.push(step);
    return true;
  }
}
