// The page's side of the worker: one request in flight, the latest one next, thumbnails last.

export class Painter {
  #worker; #inFlight = null; #next = null; #later = []; #count = 0; #epoch = 0; #isReady = false;

  /**
   * @param model contents of model.json
   * @param on {ready, backend, painted, failed, fatal}: functions
   * @param options {backend, threads}: of the address, for measurements
   */
  constructor(model, on, options) {
    this.on = on;
    this.#worker = new Worker(new URL("worker.js", import.meta.url));
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault?.();
      on.fatal(event.message || "the worker could not be started");
    };
    this.#worker.postMessage({ kind: "start", model, base: document.baseURI, ...options });
  }

  /** Asks for the picture; replaces one that waits. `isNew`: answers on their way are dropped. */
  paint(request, { isNew = false } = {}) {
    if (isNew) this.#epoch++;
    this.#next = { ...request, epoch: this.#epoch, asked: performance.now() };
    this.#later = [];
    this.#send();
  }

  /** Asks for thumbnails, painted while nothing else is to do. Calls done(pixels) for each. */
  paintLater(requests) {
    this.#later = requests;
    this.#send();
  }

  get isBusy() { return this.#inFlight !== null || this.#next !== null; }

  #send() {
    if (!this.#isReady || this.#inFlight) return;
    const request = this.#next ?? this.#later.shift();
    this.#next = null;
    if (!request) return;
    this.#inFlight = { ...request, id: ++this.#count };
    const { ids, vectors, classes } = request;
    this.#worker.postMessage({ kind: "paint", id: this.#count, ids, vectors, classes });
  }

  #receive(message) {
    if (message.kind === "ready") this.#isReady = true;
    if (message.kind === "ready" || message.kind === "backend") this.on[message.kind](message);
    else if (message.kind === "fatal") this.on.fatal(message.message);
    else this.#finish(message);
    this.#send();
  }

  #finish(message) {
    const request = this.#inFlight;
    if (message.id !== request?.id) return;
    this.#inFlight = null;
    if (message.kind === "failed") {
      if (!this.#next) this.on.failed(message.message);
    } else if (request.done) {
      request.done(message.pixels);
    } else if (request.epoch === this.#epoch) {
      const total = performance.now() - request.asked;
      this.on.painted({ pixels: message.pixels, ms: message.ms, total });
    }
  }
}
