// The work in progress: label map, seed, redrawn classes, amounts along directions; its pictures.

import { Editor } from "./editor.js";
import { History } from "./history.js";
import { LabelMap, resized } from "./label_map.js";
import { readLabelPng } from "./label_png.js";
import { say } from "./message.js";
import { noiseOfSeed, shifted } from "./noise.js";
import { Painter } from "./painter.js";
import { View } from "./view.js";
import { isSeed, packWork, unpackWork } from "./work.js";

const SAVE_AFTER = 300; // ms after the last change
const MOST_NOISES = 16; // that are kept
const SEEDS = 2 ** 31; // dice draw below this; any natural number can be typed

export class Session extends EventTarget {
  #keepSoon = 0; #kept = 0; #drawn = new Map();

  constructor(model) {
    super();
    this.model = model;
    const [height, width] = model.image_size;
    this.map = new LabelMap(width, height, new Uint8Array(width * height).fill(model.void_id));
    this.seed = model.seed;
    this.redrawn = {};
    this.amounts = model.directions.map(() => 0);
    this.history = new History();
    this.view = new View(model);
    this.settings = { tool: "brush", id: 0, voidId: model.void_id, size: 9, map: this.map };
    this.editor = new Editor(this.view, this.settings, {
      changed: (before) => this.#stroked(before),
      picked: (id) => this.#tell("picked", id),
      moved: (point) => this.#tell("moved", point),
    });
    const query = new URLSearchParams(location.search);
    const options = { backend: query.get("backend"), threads: Number(query.get("threads")) };
    this.painter = new Painter(model, this.#answers(), options);
  }

  #tell(kind, detail) { this.dispatchEvent(new CustomEvent(kind, { detail })); }

  /** Opens what the link holds, else the work of the last visit, else the first example. */
  async begin() {
    window.addEventListener("hashchange", () => this.#openLink());
    if (await this.#openLink() || await this.#openKept()) return;
    const [example] = this.model.examples;
    if (example) await this.openExample(example, { isRecorded: false });
    else this.refresh();
  }

  async openExample({ name, file }, { isRecorded = true } = {}) {
    try {
      const map = await this.readExample(file);
      this.redrawn = {};
      this.replace(map.ids, { isRecorded });
      if (isRecorded) say(`Opened ${name}. Undo brings the earlier label map back.`);
    } catch (error) {
      say(`${name} could not be opened: ${error.message}.`, { isBad: true });
      this.refresh();
    }
  }

  async readExample(file) {
    const response = await fetch(file);
    if (!response.ok) throw new Error(`the host answered ${response.status}`);
    const map = await readLabelPng(new Uint8Array(await response.arrayBuffer()), this.model);
    return resized(map, this.map.width, this.map.height);
  }

  async openLabels(bytes, name) {
    try {
      const read = await readLabelPng(bytes, this.model);
      const { width, height } = this.map;
      const isOther = read.width !== width || read.height !== height;
      this.replace(resized(read, width, height).ids);
      const change = isOther ? `, resized from ${read.width} x ${read.height}` : "";
      say(`Opened ${name}${change}. Undo brings the earlier label map back.`);
    } catch (error) {
      say(`${name} was not opened: ${error.message}.`, { isBad: true });
    }
  }

  /** Takes other ids, as one step of the history. */
  replace(ids, { isRecorded = true } = {}) {
    this.editor.cancel();
    const before = this.map.ids.slice();
    this.map.ids.set(ids);
    if (isRecorded) this.history.record(before, this.map);
    this.refresh();
  }

  undo() {
    if (this.editor.cancel()) return;
    if (this.history.undo(this.map)) this.refresh();
  }

  redo() {
    if (!this.editor.isBusy && this.history.redo(this.map)) this.refresh();
  }

  #stroked(before) {
    this.view.drawLabels(this.map);
    this.#paint({ isNew: false });
    if (!before) return;
    if (this.history.record(before, this.map)) this.#tell("used");
    this.keepNow();
    this.#tell("changed");
    this.#tell("settled");
  }

  setSeed(seed) {
    if (!isSeed(seed)) return false;
    this.seed = seed;
    this.redrawn = {};
    this.refresh({ isSettled: false });
    return true;
  }

  dice() { this.setSeed(Math.floor(Math.random() * SEEDS)); }

  /** New noise inside of a class, as `generate --resample`: seed + 1, then seed + 2, ... */
  redraw(id) {
    this.redrawn[id] = (this.redrawn[id] ?? this.seed) + 1;
    this.refresh();
  }

  resetRedrawn() {
    this.redrawn = {};
    this.refresh();
  }

  setAmount(index, amount) {
    this.amounts[index] = amount;
    this.#keep();
    this.#paint({ isNew: false });
  }

  /** Draws everything anew; answers on their way are of something else. */
  refresh({ isSettled = true } = {}) {
    this.view.drawLabels(this.map);
    this.#paint({ isNew: true });
    this.#keep();
    this.#tell("changed");
    if (isSettled) this.#tell("settled");
  }

  #noise(seed) {
    if (!this.model.z_dim) return new Float32Array(0);
    if (!this.#drawn.has(seed)) { // Pix2Pix has up to 200,000 numbers: not at every stroke
      if (this.#drawn.size >= MOST_NOISES) this.#drawn.clear();
      this.#drawn.set(seed, noiseOfSeed(seed, this.model.z_dim));
    }
    return shifted(this.#drawn.get(seed), this.model.directions, this.amounts);
  }

  request(seed = this.seed, redrawn = this.redrawn) {
    const classes = Object.keys(redrawn).map(Number);
    const vectors = [this.#noise(seed), ...classes.map((id) => this.#noise(redrawn[id]))];
    return { ids: this.map.ids.slice(), vectors, classes };
  }

  #paint(options) {
    this.view.picture.ariaBusy = "true";
    this.painter.paint(this.request(), options);
  }

  #answers() {
    return {
      ready: ({ label }) => this.#tell("backend", label),
      backend: ({ label }) => this.#tell("backend", label),
      painted: (answer) => {
        this.view.drawPicture(answer.pixels);
        this.view.picture.ariaBusy = String(this.painter.isBusy);
        this.#tell("painted", answer);
      },
      failed: (message) => {
        this.view.picture.ariaBusy = "false";
        say(`The picture could not be painted: ${message}.`, { isBad: true });
      },
      fatal: (message) => {
        this.#tell("fatal", message);
        say(`The network could not be started: ${message}.`, { isBad: true });
      },
    };
  }

  pack() { return packWork(this, this.model); }

  /** Keeps the work for the next visit, once a slider or a pointer has come to rest. */
  #keep() {
    clearTimeout(this.#keepSoon);
    this.#keepSoon = setTimeout(() => this.keepNow(), SAVE_AFTER);
  }

  async keepNow() {
    clearTimeout(this.#keepSoon);
    if (this.editor.isBusy) return;
    const turn = ++this.#kept;
    const text = await this.pack();
    if (turn !== this.#kept) return; // a later one is on its way
    try {
      localStorage.setItem(this.#place, text);
    } catch {
      // private windows keep nothing, and a full storage keeps the last version
    }
  }

  get #place() { return `oasis-paint ${this.model.generator}`; }

  async #openKept() {
    let text = null;
    try { text = localStorage.getItem(this.#place); } catch { /* not allowed to store */ }
    if (!text) return false;
    return this.#openWork(text, () => {}, { isRecorded: false });
  }

  async #openLink() {
    const text = new URLSearchParams(location.hash.slice(1)).get("work");
    if (!text) return false;
    history.replaceState(null, "", location.pathname + location.search);
    const refuse = (reason) => say(`The link was not opened: ${reason}.`, { isBad: true });
    return this.#openWork(text, refuse, { isRecorded: true });
  }

  async #openWork(text, refuse, options) {
    try {
      const { map, seed, redrawn, amounts } = await unpackWork(text, this.model);
      Object.assign(this, { seed, redrawn: this.model.accepts_noise_map ? redrawn : {} });
      this.amounts = this.model.directions.map((_, index) => amounts[index] ?? 0);
      this.replace(map.ids, options);
      return true;
    } catch (error) {
      refuse(error.message);
      return false;
    }
  }
}
