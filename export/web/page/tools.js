// The tools: what a stroke from its first to its last pixel does to the label map.

import { fill, line, polygon, rectangle } from "./label_map.js";

export const TOOLS = [
  { name: "brush", key: "b", title: "Round brush" },
  { name: "square", key: "q", title: "Square brush" },
  { name: "eraser", key: "e", title: "Eraser: paints void" },
  { name: "fill", key: "f", title: "Fill" },
  { name: "line", key: "l", title: "Line" },
  { name: "rectangle", key: "r", title: "Rectangle" },
  { name: "polygon", key: "p", title: "Polygon: click corners, end at the first one or with Enter" },
  { name: "eyedropper", key: "i", title: "Eyedropper: take the class of a pixel" },
  { name: "hand", key: "h", title: "Move the view" },
];
export const BRUSHES = ["brush", "square", "eraser", "line"];

/** One stroke. `settings`: {tool, id, voidId, size}. */
export class Stroke {
  constructor(map, settings, start) {
    this.map = map;
    this.before = map.ids.slice();
    this.settings = settings;
    this.start = start;
    this.last = start;
    this.moveTo(start);
  }

  get #brush() {
    const { tool, id, voidId, size } = this.settings;
    return { size, shape: tool === "square" ? "square" : "round", id: tool === "eraser" ? voidId : id };
  }

  moveTo(point) {
    const { map, settings, start } = this;
    const { tool, id } = settings;
    if (tool === "line" || tool === "rectangle") map.ids.set(this.before);
    if (tool === "line") line(map, clipped(start), clipped(point), this.#brush);
    else if (tool === "rectangle") rectangle(map, start, point, id);
    else if (tool === "fill") {
      if (point === start && map.contains(start.x, start.y)) fill(map, start.x, start.y, id);
    } else line(map, clipped(this.last), clipped(point), this.#brush);
    this.last = point;
  }

  cancel() { this.map.ids.set(this.before); }
}

/** A polygon in the making: corners are added one by one. */
export class PolygonStroke {
  constructor(map, { id }, start) {
    this.map = map;
    this.before = map.ids.slice();
    this.id = id;
    this.corners = [clipped(start)];
    this.moveTo(start);
  }

  /** Shows the polygon with its next corner at a point. */
  moveTo(point) {
    this.map.ids.set(this.before);
    polygon(this.map, [...this.corners, clipped(point)], this.id);
  }

  /** Adds a corner. Returns whether the polygon is closed: the first corner was met again. */
  add(point, near) {
    const first = this.corners[0];
    const closes = this.corners.length > 2 && Math.hypot(point.x - first.x, point.y - first.y) <= near;
    if (!closes) this.corners.push(clipped(point));
    this.finish();
    return closes;
  }

  finish() {
    this.map.ids.set(this.before);
    polygon(this.map, this.corners, this.id);
  }

  cancel() { this.map.ids.set(this.before); }
}

/** A point far outside costs no more than one at the border of any map. */
function clipped({ x, y }) {
  const within = (value) => Math.min(Math.max(value, -4096), 8192);
  return { x: within(x), y: within(y) };
}

