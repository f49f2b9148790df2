// Pointer and keyboard on the label map: strokes, moving, zooming.

import { BRUSHES, PolygonStroke, Stroke } from "./tools.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NEAR = 10; // pixels of the screen: that close to its first corner a polygon is closed

export class Editor {
  #view; #settings; #on; #stroke = null; #polygon = null; #pointers = new Map(); #pinch = null;
  #at = null; #isPanning = false;

  /**
   * @param view View. @param settings {tool, id, voidId, size, map}: read at each stroke.
   * @param on {changed(before | null), picked(id), moved(point)}: changed(null) while a stroke
   *   goes on, changed(before) at its end.
   */
  constructor(view, settings, on) {
    this.#view = view;
    this.#settings = settings;
    this.#on = on;
    const canvas = view.labels;
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#up(event));
    canvas.addEventListener("pointercancel", (event) => this.#up(event, true));
    canvas.addEventListener("pointerleave", () => this.#hover(null));
    canvas.addEventListener("dblclick", () => this.finishPolygon());
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("blur", () => this.#hover(null));
    for (const frame of document.querySelectorAll(".frame")) {
      frame.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    }
    document.getElementById("picture-frame").addEventListener("pointermove", (event) => {
      if (event.buttons) view.panBy(event.movementX, event.movementY);
    });
    window.addEventListener("keyup", ({ key }) => { if (key === " ") this.#isPanning = false; });
  }

  /** Whether the map shows a stroke that is not finished. */
  get isBusy() { return this.#stroke !== null || this.#polygon !== null; }

  /** Gives an unfinished stroke up. */
  cancel() {
    const stroke = this.#stroke ?? this.#polygon;
    this.#stroke = this.#polygon = null;
    if (!stroke) return false;
    stroke.cancel();
    this.#on.changed(null);
    return true;
  }

  finishPolygon() {
    const made = this.#polygon;
    if (!made) return;
    this.#polygon = null;
    made.finish();
    this.#on.changed(made.before);
  }

  #down(event) {
    event.preventDefault();
    this.#view.labels.focus({ preventScroll: true, focusVisible: false });
    try { this.#view.labels.setPointerCapture(event.pointerId); } catch { /* of a script */ }
    this.#pointers.set(event.pointerId, event);
    if (this.#pointers.size === 2) {
      if (this.#stroke) this.cancel();
      this.#pinch = this.#spread();
      return;
    }
    if (event.button === 1 || this.#isPanning || this.#settings.tool === "hand") this.#pinch = { pans: true };
    else if (event.button === 0) this.#begin(this.#view.pixelAt(event.clientX, event.clientY));
  }

  #begin(point) {
    const { tool, map } = this.#settings;
    if (tool === "eyedropper") {
      if (map.contains(point.x, point.y)) this.#on.picked(map.at(point.x, point.y));
    } else if (tool === "polygon") {
      if (!this.#polygon) this.#polygon = new PolygonStroke(map, this.#settings, point);
      else if (this.#polygon.add(point, NEAR / this.#view.scale)) this.finishPolygon();
      this.#on.changed(null);
    } else {
      this.#stroke = new Stroke(map, { ...this.#settings }, point);
      this.#on.changed(null);
    }
  }

  #move(event) {
    const previous = this.#pointers.get(event.pointerId);
    if (previous) this.#pointers.set(event.pointerId, event);
    if (this.#pinch) return this.#drag(previous, event);
    const point = this.#view.pixelAt(event.clientX, event.clientY);
    if (this.#stroke) {
      const steps = event.getCoalescedEvents?.() ?? [];
      for (const step of steps.length ? steps : [event]) {
        this.#stroke.moveTo(this.#view.pixelAt(step.clientX, step.clientY));
      }
      this.#on.changed(null);
    } else if (this.#polygon) {
      this.#polygon.moveTo(point);
      this.#on.changed(null);
    }
    this.#hover(point);
  }

  #up(event, isCancelled = false) {
    this.#pointers.delete(event.pointerId);
    if (this.#pinch) {
      if (!this.#pointers.size) this.#pinch = null;
    } else if (isCancelled) this.cancel();
    else this.#end();
  }

  #end() {
    const made = this.#stroke;
    this.#stroke = null;
    if (made) this.#on.changed(made.before);
  }

  #drag(previous, event) {
    if (!previous) return;
    if (this.#pointers.size === 1) {
      this.#view.panBy(event.clientX - previous.clientX, event.clientY - previous.clientY);
      return;
    }
    const { distance, x, y } = this.#spread();
    if (!this.#pinch.pans) {
      this.#view.panBy(x - this.#pinch.x, y - this.#pinch.y);
      this.#view.zoomBy(distance / this.#pinch.distance, x, y);
    }
    this.#pinch = { distance, x, y };
  }

  #spread() {
    const [a, b] = [...this.#pointers.values()];
    return {
      distance: Math.max(Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY), 1),
      x: (a.clientX + b.clientX) / 2,
      y: (a.clientY + b.clientY) / 2,
    };
  }

  #wheel(event) {
    event.preventDefault();
    this.#view.zoomBy(Math.exp(-event.deltaY / (event.deltaMode ? 20 : 400)), event.clientX, event.clientY);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    const { map } = this.#settings;
    const at = this.#at ?? { x: map.width >> 1, y: map.height >> 1 };
    if (arrow) {
      const step = event.shiftKey ? 10 : 1;
      const within = (value, size) => Math.min(Math.max(value, 0), size - 1);
      this.#hover({
        x: within(at.x + arrow[0] * step, map.width),
        y: within(at.y + arrow[1] * step, map.height),
      });
      if (this.#polygon) { this.#polygon.moveTo(this.#at); this.#on.changed(null); }
    } else if (event.key === "Enter" && this.#polygon) this.finishPolygon();
    else if (event.key === " " && this.#pointers.size === 0 && this.#mouseIsHere()) this.#isPanning = true;
    else if (event.key === " " || event.key === "Enter") {
      this.#hover(at);
      this.#begin(at);
      this.#end();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Space moves the view for a mouse over the map; without one it paints. */
  #mouseIsHere() { return this.#view.labels.matches(":hover") && !this.#isByKeys; }

  #isByKeys = false;

  #hover(point, isByKeys = window.event?.type === "keydown") {
    this.#isByKeys = isByKeys;
    this.#at = point;
    this.#on.moved(point);
    const cursor = document.getElementById("cursor");
    const { tool, size } = this.#settings;
    cursor.hidden = !point || tool === "hand";
    if (cursor.hidden) return;
    const width = BRUSHES.includes(tool) ? size : 1;
    const { scale } = this.#view;
    cursor.className = tool === "square" || width < 3 ? "" : "round";
    const offset = (width - 1) >> 1;
    cursor.style.width = cursor.style.height = `${width * scale}px`;
    cursor.style.transform = `translate(${(point.x - offset) * scale}px, ${(point.y - offset) * scale}px)`;
  }
}
