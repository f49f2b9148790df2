// The list of classes: names, search, recently used.

const MOST_RECENT = 8;

export class Palette {
  #model; #on; #buttons; #recent = []; #selected = 0;

  /** @param on {selected(id), hovered(id | null)} */
  constructor(model, on) {
    this.#model = model;
    this.#on = on;
    this.list = document.getElementById("palette");
    this.search = document.getElementById("search");
    this.recent = document.getElementById("recent");
    this.#buttons = model.classes.map((entry) => this.#button(entry));
    this.list.append(...this.#buttons);
    this.search.addEventListener("input", () => this.#filter());
    this.search.addEventListener("keydown", (event) => this.#searchKey(event));
    this.list.addEventListener("keydown", (event) => this.#arrow(event));
    this.list.addEventListener("pointerleave", () => on.hovered(null));
  }

  get selected() { return this.#selected; }

  nameOf(id) { return this.#model.classes[id].name; }

  /** The i-th recently used class, or undefined. */
  recentAt(index) { return this.#recent[index]; }

  select(id) {
    this.#selected = id;
    this.#buttons.forEach((button, index) => {
      button.setAttribute("aria-checked", String(index === id));
      button.tabIndex = index === id ? 0 : -1;
    });
    this.#buttons[id].scrollIntoView({ block: "nearest", inline: "nearest" });
    this.#on.selected(id);
  }

  /** Notes that a class was painted with. */
  use(id) {
    if (this.#recent.includes(id)) return;
    this.#recent = [id, ...this.#recent].slice(0, MOST_RECENT);
    this.recent.replaceChildren(...this.#recent.map((used) => {
      const button = document.createElement("button");
      button.append(this.#swatch(this.#model.classes[used]));
      button.title = this.nameOf(used);
      button.setAttribute("aria-label", this.nameOf(used));
      button.onclick = () => this.select(used);
      return button;
    }));
  }

  #button(entry) {
    const button = document.createElement("button");
    button.className = "class";
    button.setAttribute("role", "radio");
    button.setAttribute("aria-checked", "false");
    const name = document.createElement("span");
    name.textContent = entry.name;
    button.append(this.#swatch(entry), name);
    button.title = entry.name;
    button.onclick = () => this.select(entry.id);
    button.onpointerenter = ({ pointerType }) => pointerType !== "touch" && this.#on.hovered(entry.id);
    return button;
  }

  #swatch({ color }) {
    const swatch = document.createElement("span");
    swatch.className = "swatch";
    swatch.style.background = `rgb(${color.join(" ")})`;
    return swatch;
  }

  #filter() {
    const words = this.search.value.toLowerCase().split(/\s+/);
    this.#buttons.forEach((button, id) => {
      const name = this.nameOf(id).toLowerCase();
      button.hidden = !words.every((word) => name.includes(word));
    });
  }

  #searchKey(event) {
    if (event.key === "Enter") {
      const found = this.#buttons.findIndex((button) => !button.hidden);
      if (found >= 0) this.select(found);
    } else if (event.key !== "Escape") return;
    this.search.value = "";
    this.#filter();
    document.getElementById("labels").focus();
  }

  #arrow(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const shown = this.#buttons.map((_, id) => id).filter((id) => !this.#buttons[id].hidden);
    const place = shown.indexOf(this.#selected);
    const next = shown[(place + step + shown.length) % shown.length];
    if (next === undefined) return;
    this.select(next);
    this.#buttons[next].focus();
  }
}
