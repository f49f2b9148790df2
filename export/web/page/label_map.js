// A label map as bytes, and the shapes that are painted into it. No anti-aliasing: a pixel belongs
// to one class. Every function that paints returns nothing and clips at the borders.

/** Class ids of `width` x `height` pixels, row by row. */
export class LabelMap {
  constructor(width, height, ids = new Uint8Array(width * height)) {
    if (ids.length !== width * height) throw new RangeError("as many ids as pixels");
    this.width = width;
    this.height = height;
    this.ids = ids;
  }

  copy() {
    return new LabelMap(this.width, this.height, this.ids.slice());
  }

  contains(x, y) {
    return x >= 0 && y >= 0 && x < this.width && y < this.height;
  }

  at(x, y) {
    return this.ids[y * this.width + x];
  }

  /** Paints the pixels [left, right] of a row. */
  span(y, left, right, id) {
    if (y < 0 || y >= this.height) return;
    const first = Math.max(left, 0);
    const last = Math.min(right, this.width - 1);
    if (first <= last) this.ids.fill(id, y * this.width + first, y * this.width + last + 1);
  }
}

/** A dot: a disc or a square of `size` pixels across, centred at a pixel. */
export function dot(map, x, y, { size, shape, id }) {
  const before = (size - 1) >> 1;
  const centre = (size - 1) / 2;
  const limit = (size / 2) ** 2;
  for (let row = 0; row < size; row++) {
    let inset = 0;
    if (shape === "round") {
      while ((inset - centre) ** 2 + (row - centre) ** 2 > limit && inset < centre) inset++;
    }
    map.span(y - before + row, x - before + inset, x - before + size - 1 - inset, id);
  }
}

/** Calls `visit(x, y)` for the pixels of a line, both ends included (Bresenham). */
export function alongLine(x0, y0, x1, y1, visit) {
  const dx = Math.abs(x1 - x0);
  const dy = -Math.abs(y1 - y0);
  const stepX = x0 < x1 ? 1 : -1;
  const stepY = y0 < y1 ? 1 : -1;
  let error = dx + dy;
  for (;;) {
    visit(x0, y0);
    if (x0 === x1 && y0 === y1) return;
    const doubled = 2 * error;
    if (doubled >= dy) { error += dy; x0 += stepX; }
    if (doubled <= dx) { error += dx; y0 += stepY; }
  }
}

/** A line of dots. */
export function line(map, from, to, brush) {
  alongLine(from.x, from.y, to.x, to.y, (x, y) => dot(map, x, y, brush));
}

/** A filled rectangle between two corners, both included. */
export function rectangle(map, from, to, id) {
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
  const top = Math.max(Math.min(from.y, to.y), 0);
  const bottom = Math.min(Math.max(from.y, to.y), map.height - 1);
  for (let y = top; y <= bottom; y++) map.span(y, left, right, id);
}

/** A filled polygon of corners: pixels whose centre is inside (even-odd), and the outline. */
export function polygon(map, corners, id) {
  for (let y = 0; y < map.height; y++) {
    const crossings = [];
    corners.forEach((from, index) => {
      const to = corners[(index + 1) % corners.length];
      if (from.y <= y !== to.y <= y) {
        crossings.push(from.x + ((y - from.y) / (to.y - from.y)) * (to.x - from.x));
      }
    });
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      map.span(y, Math.ceil(crossings[i]), Math.floor(crossings[i + 1]), id);
    }
  }
  corners.forEach((from, index) =>
    line(map, from, corners[(index + 1) % corners.length], { size: 1, shape: "square", id }));
}

/** Paints the pixels of one class that hang together with (x, y) over their sides. */
export function fill(map, x, y, id) {
  const old = map.at(x, y);
  if (old === id) return;
  const { width, height, ids } = map;
  const waiting = [y * width + x];
  ids[waiting[0]] = id;
  const add = (index) => {
    if (ids[index] === old) { ids[index] = id; waiting.push(index); }
  };
  while (waiting.length) {
    const index = waiting.pop();
    const column = index % width;
    if (column > 0) add(index - 1);
    if (column < width - 1) add(index + 1);
    if (index >= width) add(index - width);
    if (index < width * (height - 1)) add(index + width);
  }
}

/** The map in another size; each pixel takes the class of the nearest one. */
export function resized(map, width, height) {
  if (map.width === width && map.height === height) return map.copy();
  const result = new LabelMap(width, height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * map.height) / height);
    for (let x = 0; x < width; x++) {
      result.ids[y * width + x] = map.at(Math.floor(((x + 0.5) * map.width) / width), row);
    }
  }
  return result;
}
