// Small pictures to choose from: seeds side by side, and example label maps.

import { say } from "./message.js";
import { drawMap } from "./view.js";

const SEEDS_SHOWN = 8;
const byId = (id) => document.getElementById(id);

function thumbnail(text, run) {
  const button = document.createElement("button");
  const canvas = document.createElement("canvas");
  const caption = document.createElement("span");
  caption.textContent = text;
  button.append(canvas, caption);
  button.onclick = run;
  return { button, canvas };
}

/** Seed field, dice, lock, and thumbnails of the next seeds. */
export class Seeds {
  #session; #isCompared = false; #isLocked = false;

  constructor(session) {
    this.#session = session;
    byId("seed").onchange = ({ target }) => this.#typed(target);
    byId("dice").onclick = () => this.dice();
    byId("lock").onclick = () => this.#lock(!this.#isLocked);
    byId("compare").onclick = () => this.#compare(!this.#isCompared);
    session.addEventListener("changed", () => { byId("seed").value = session.seed; });
    session.addEventListener("settled", () => this.#show());
    if (!session.model.z_dim) document.querySelector(".seeds").hidden = true;
  }

  dice() {
    if (this.#isLocked) return say("The seed is locked.");
    this.#session.dice();
    this.#show();
  }

  #typed(field) {
    const isTaken = field.value !== "" && this.#session.setSeed(Number(field.value));
    if (isTaken) return this.#show();
    say("A seed is a whole number from 0 on.", { isBad: true });
    field.value = this.#session.seed;
  }

  #lock(isLocked) {
    this.#isLocked = isLocked;
    byId("lock").setAttribute("aria-pressed", String(isLocked));
    for (const id of ["seed", "dice"]) byId(id).disabled = isLocked;
    for (const button of byId("thumbnails").children) button.disabled = isLocked;
  }

  #compare(isCompared) {
    this.#isCompared = isCompared;
    byId("compare").setAttribute("aria-pressed", String(isCompared));
    byId("thumbnails").hidden = !isCompared;
    this.#show();
  }

  #show() {
    const session = this.#session;
    if (!this.#isCompared) return;
    const [height, width] = session.model.image_size;
    const shown = Array.from({ length: SEEDS_SHOWN }, (_, index) => session.seed + index);
    const made = shown.map((seed) => {
      const { button, canvas } = thumbnail(String(seed), () => session.setSeed(seed));
      Object.assign(canvas, { width, height });
      button.setAttribute("aria-label", `Seed ${seed}`);
      button.disabled = this.#isLocked;
      const done = (pixels) => canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
      return { button, request: { ...session.request(seed, {}), done } };
    });
    byId("thumbnails").replaceChildren(...made.map(({ button }) => button));
    session.painter.paintLater(made.map(({ request }) => request));
  }
}

/** Buttons with the example label maps. */
export function bindExamples(session) {
  const { examples } = session.model;
  byId("examples-section").hidden = !examples.length;
  byId("examples").replaceChildren(...examples.map((example) => {
    const { button, canvas } = thumbnail(example.name, () => session.openExample(example));
    session.readExample(example.file).then(
      (map) => drawMap(canvas, map, session.view.colors),
      () => { button.disabled = true; },
    );
    return button;
  }));
}
