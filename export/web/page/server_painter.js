// Asks the process behind the page for pictures, see README.md, "The server's answer".

import { toPixels } from "./pixels.js";

export class ServerPainter {
  #model; #base;

  constructor(model, base) {
    this.#model = model;
    this.#base = base;
  }

  get label() { return "server"; }

  async start() {}

  async paint({ ids, vectors, classes }) {
    const url = new URL("api/paint", this.#base);
    if (classes.length) url.search = new URLSearchParams({ redrawn: classes.join(",") });
    const numbers = this.#model.z_dim ? vectors.flatMap((vector) => littleEndian(vector)) : [];
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream" },
      body: new Blob([ids, ...numbers]),
    });
    if (!response.ok) {
      const { error } = await response.json().catch(() => ({}));
      throw new Error(error ?? `the server answered ${response.status}`);
    }
    return toPixels(new Uint8Array(await response.arrayBuffer()));
  }
}

function littleEndian(vector) {
  const view = new DataView(new ArrayBuffer(vector.length * 4));
  vector.forEach((value, index) => view.setFloat32(index * 4, value, true));
  return view.buffer;
}
