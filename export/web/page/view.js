// The canvases: label map over picture on the left, picture on the right, moved and zoomed together.

const MOST_ZOOM = 32;
const FADED = 50; // alpha of other classes while one is highlighted

export class View {
  #frames; #stages; #zoom = 1; #left = 0; #top = 0; #highlighted = null; #size;

  constructor(model) {
    const [height, width] = model.image_size;
    this.#size = { width, height };
    this.labels = document.getElementById("labels");
    this.under = document.getElementById("under");
    this.picture = document.getElementById("picture");
    for (const canvas of [this.labels, this.under, this.picture]) Object.assign(canvas, this.#size);
    this.#frames = [...document.querySelectorAll(".frame")];
    this.#stages = [...document.querySelectorAll(".stage")];
    this.colors = colorTable(model);
    this.pixels = null; // of the last picture
    this.reference = null;
    new ResizeObserver(() => this.#place()).observe(this.#frames[0]);
  }

  /** Pixels of the screen that a pixel of the map takes without zoom. */
  get #fit() {
    const { clientWidth, clientHeight } = this.#frames[0];
    return Math.max(Math.min(clientWidth / this.#size.width, clientHeight / this.#size.height), 0.01);
  }

  get scale() { return this.#fit * this.#zoom; }

  get zoom() { return this.#zoom; }

  drawLabels(map) {
    const image = new ImageData(map.width, map.height);
    const words = new Uint32Array(image.data.buffer);
    const table = this.#highlighted === null ? this.colors : faded(this.colors, this.#highlighted);
    for (let i = 0; i < words.length; i++) words[i] = table[map.ids[i]];
    this.labels.getContext("2d").putImageData(image, 0, 0);
  }

  /** Shows one class and fades the others; null for none. Returns whether that is a change. */
  highlight(id) {
    if (this.#highlighted === id) return false;
    this.#highlighted = id;
    return true;
  }

  drawPicture(pixels) {
    this.pixels = pixels;
    const image = new ImageData(pixels, this.#size.width, this.#size.height);
    this.picture.getContext("2d").putImageData(image, 0, 0);
    this.drawUnder();
  }

  /** What lies under the labels: the reference where one is traced, else the picture. */
  drawUnder() {
    const context = this.under.getContext("2d");
    const source = this.reference ?? (this.pixels && this.picture);
    if (source) context.drawImage(source, 0, 0, this.#size.width, this.#size.height);
  }

  setOpacity(percent) { this.labels.style.opacity = percent / 100; }

  /** The pixel of the map under a point of the screen; may lie outside. */
  pixelAt(clientX, clientY) {
    const box = this.labels.getBoundingClientRect();
    return {
      x: Math.floor(((clientX - box.left) / box.width) * this.#size.width),
      y: Math.floor(((clientY - box.top) / box.height) * this.#size.height),
    };
  }

  /** Zooms about a point of the screen, by default the frame's middle. */
  zoomBy(factor, clientX, clientY) {
    const box = this.#frames[0].getBoundingClientRect();
    const x = clientX === undefined ? box.width / 2 : clientX - box.left;
    const y = clientY === undefined ? box.height / 2 : clientY - box.top;
    const zoom = Math.min(Math.max(this.#zoom * factor, 1), MOST_ZOOM);
    const ratio = zoom / this.#zoom;
    this.#left = x - (x - this.#left) * ratio;
    this.#top = y - (y - this.#top) * ratio;
    this.#zoom = zoom;
    this.#place();
  }

  panBy(dx, dy) {
    this.#left += dx;
    this.#top += dy;
    this.#place();
  }

  fit() {
    this.#zoom = 1;
    this.#place();
  }

  #place() {
    const { clientWidth, clientHeight } = this.#frames[0];
    const [width, height] = [this.#size.width * this.scale, this.#size.height * this.scale];
    this.#left = kept(this.#left, width, clientWidth);
    this.#top = kept(this.#top, height, clientHeight);
    for (const stage of this.#stages) {
      stage.style.width = `${width}px`;
      stage.style.height = `${height}px`;
      stage.style.transform = `translate(${this.#left}px, ${this.#top}px)`;
    }
    document.getElementById("zoom-value").textContent = `${Math.round(this.#zoom * 100)}%`;
  }
}

/** An offset that keeps the picture in its frame: centred where smaller, else without gaps. */
function kept(offset, size, room) {
  return size <= room ? (room - size) / 2 : Math.min(0, Math.max(room - size, offset));
}

/** Uint32 (256,): colour of each id as ImageData holds it, opaque. */
export function colorTable(model) {
  const table = new Uint8Array(256 * 4);
  for (const { id, color } of model.classes) table.set([...color, 255], id * 4);
  return new Uint32Array(table.buffer);
}

function faded(colors, id) {
  const bytes = new Uint8Array(colors.slice().buffer);
  for (let other = 0; other < 256; other++) {
    if (other !== id) bytes[other * 4 + 3] = FADED;
  }
  return new Uint32Array(bytes.buffer);
}

/** Draws a label map into a small canvas. */
export function drawMap(canvas, map, colors) {
  Object.assign(canvas, { width: map.width, height: map.height });
  const image = new ImageData(map.width, map.height);
  new Uint32Array(image.data.buffer).set(Uint32Array.from(map.ids, (id) => colors[id]));
  canvas.getContext("2d").putImageData(image, 0, 0);
}
