// Runs the .tflite of the page with LiteRT.js: first on wasm, which every browser has, then on
// WebGPU where that is right and faster.

import { noiseMap } from "./noise.js";
import { toPixels } from "./pixels.js";

const TOLERANCE = 0.02; // of images in [0, 1]; float16 on GPUs is about 0.005 off
const WEBGPU_TRIALS = 3; // the first one compiles; some GPUs are wrong from the second on
const MOST_THREADS = 4;

export class LiteRTPainter {
  #model; #base; #litert; #compiled = new Map(); #accelerator = "wasm"; #threads; #asked; #turn;

  constructor(model, base) {
    this.#model = model;
    this.#base = base;
    this.#turn = Promise.resolve();
  }

  get label() {
    if (this.#accelerator === "webgpu") return "WebGPU";
    return this.#threads > 1 ? `wasm, ${this.#threads} threads` : "wasm";
  }

  async start({ backend, threads }) {
    this.#asked = backend;
    const cores = Math.min(navigator.hardwareConcurrency || 1, MOST_THREADS);
    this.#threads = self.crossOriginIsolated ? (threads || cores) : 1;
    const module = new URL(this.#model.litert.module, this.#base).href;
    const wasm = new URL(this.#model.litert.wasm, this.#base).href;
    const bytes = this.#bytes(this.#model.model); // on its way while the wasm is compiled
    bytes.catch(() => {}); // it is awaited below
    this.#litert = await import(module);
    await this.#load(wasm);
    await this.#network("wasm", false, await bytes);
    if (backend === "webgpu") await this.#useWebGPU();
  }

  /** Loads the wasm with threads, or without where that fails. */
  async #load(wasm) {
    const module = { locateFile: (file) => wasm + file, printErr: (text) => console.debug(text) };
    if (this.#threads > 1) {
      // The wasm's own workers are started from its script, not from this one.
      const mainScriptUrlOrBlob = `${wasm}litert_wasm_threaded_internal.js`;
      self.Module = { ...module, mainScriptUrlOrBlob };
      try {
        await this.#litert.loadLiteRt(wasm, { threads: true });
        return;
      } catch {
        this.#threads = 1;
      }
    }
    self.Module = module;
    await this.#litert.loadLiteRt(wasm);
  }

  async #useWebGPU() {
    await this.#network("webgpu", false);
    this.#accelerator = "webgpu";
  }

  /** The compiled network: one with noise vectors, one with noise maps. */
  async #network(accelerator, withMap, fetched = null) {
    const key = `${accelerator} ${withMap}`;
    if (!this.#compiled.has(key)) {
      const bytes = fetched ?? await this.#bytes(withMap ? this.#model.noise_map_model : this.#model.model);
      const options = accelerator === "wasm" ? { cpuOptions: { numThreads: this.#threads } } : {};
      const compiled = await this.#litert.loadAndCompile(bytes, { accelerator, ...options });
      if (compiled.options.accelerator !== accelerator) throw new Error(`${accelerator} refused the network`);
      this.#compiled.set(key, compiled);
    }
    return this.#compiled.get(key);
  }

  async #bytes({ file, sha256 }) {
    const url = new URL(file, this.#base);
    if (sha256) url.search = new URLSearchParams({ sha256 }); // the service worker keeps such files
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${file} could not be fetched (${response.status})`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (self.crypto?.subtle) {
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      const hex = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      if (sha256 && hex !== sha256) throw new Error(`${file} is not the file of model.json`);
    }
    return bytes;
  }

  async paint(request) {
    try {
      return toPixels(await this.#run(this.#accelerator, request));
    } catch (error) {
      if (this.#accelerator !== "webgpu") throw error;
      this.#accelerator = "wasm"; // a GPU that was lost
      self.postMessage({ kind: "backend", label: this.label });
      return toPixels(await this.#run("wasm", request));
    }
  }

  /** Changes to WebGPU if it gives wasm's image and is faster. Returns whether it does. */
  async improve(request) {
    if (this.#asked === "wasm" || this.#accelerator === "webgpu" || !navigator.gpu) return false;
    try {
      if (!(await navigator.gpu.requestAdapter())) return false;
      const expected = await this.#timed("wasm", request);
      let found;
      for (let trial = 0; trial < WEBGPU_TRIALS; trial++) found = await this.#timed("webgpu", request);
      const isRight = found.image.every((value, i) => Math.abs(value - expected.image[i]) <= TOLERANCE * found.scale);
      if (!isRight || found.ms > expected.ms) return false;
      this.#accelerator = "webgpu";
      return true;
    } catch {
      return false; // no usable GPU: wasm stays
    }
  }

  async #timed(accelerator, request) {
    await this.#network(accelerator, request.classes.length > 0);
    const before = performance.now();
    const image = await this.#run(accelerator, request);
    return { image, ms: performance.now() - before, scale: image instanceof Uint8Array ? 255 : 1 };
  }

  /** One inference at a time. Returns a copy of the image. */
  #run(accelerator, request) {
    const result = this.#turn.then(() => this.#infer(accelerator, request));
    this.#turn = result.catch(() => {});
    return result;
  }

  async #infer(accelerator, request) {
    const network = await this.#network(accelerator, request.classes.length > 0);
    const inputs = {};
    const answers = [];
    try {
      for (const { name, shape } of network.getInputDetails()) {
        const data = this.#input(name, request);
        inputs[name] = await new this.#litert.Tensor(data, [...shape]).moveTo(accelerator);
      }
      const outputs = await network.run(inputs);
      answers.push(...Object.values(outputs));
      const image = outputs.image ?? answers[0];
      if (accelerator === "wasm") return image.toTypedArray().slice();
      const copied = await image.copyTo("wasm");
      answers.push(copied);
      return copied.toTypedArray().slice();
    } finally {
      [...Object.values(inputs), ...answers].forEach((tensor) => tensor.delete());
    }
  }

  #input(name, { ids, vectors, classes }) {
    if (name === "label_map") return Float32Array.from(ids);
    if (name === "z") return vectors[0];
    return noiseMap(ids, vectors, classes);
  }
}
