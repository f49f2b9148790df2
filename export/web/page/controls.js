// Buttons, sliders and keys of the page, bound to a session.

import { pngOf, receiveFiles, save } from "./files.js";
import { icon } from "./icons.js";
import { bindKeys } from "./keys.js";
import { writeLabelPng } from "./label_png.js";
import { say } from "./message.js";
import { Palette } from "./palette.js";
import { bindExamples, Seeds } from "./pictures.js";
import { bindReference } from "./reference.js";
import { TOOLS } from "./tools.js";
import { MOST_LINK } from "./work.js";

const byId = (id) => document.getElementById(id);
const MOST_SIZE = 64;

export function bindControls(session) {
  const palette = bindPalette(session);
  const chooseTool = bindTools(session);
  const setSize = bindSize(session);
  const seeds = new Seeds(session);
  const reference = bindReference(session);
  const actions = { ...fileActions(session), ...editActions(session) };
  for (const [id, run] of Object.entries(actions)) byId(id).onclick = run;
  session.addEventListener("picked", ({ detail }) => {
    palette.select(detail);
    chooseTool("brush");
  });
  bindStatus(session, palette);
  bindNoise(session, palette);
  bindExamples(session);
  bindTheme();
  byId("opacity").oninput = ({ target }) => session.view.setOpacity(target.value);
  const refused = (name, reason) => say(`${name} was not opened: ${reason}.`, { isBad: true });
  receiveFiles({ labels: (...file) => session.openLabels(...file), photo: reference, refused });
  bindKeys(shortcuts({ session, palette, chooseTool, setSize, seeds, actions }));
  window.addEventListener("pagehide", () => session.keepNow());
}

function bindPalette(session) {
  const palette = new Palette(session.model, {
    selected: (id) => { session.settings.id = id; session.dispatchEvent(new Event("selected")); },
    hovered: (id) => session.view.highlight(id) && session.view.drawLabels(session.map),
  });
  const first = session.model.classes.find(({ id }) => id !== session.model.void_id);
  palette.select(first.id);
  session.addEventListener("used", () => session.settings.tool !== "eraser" && palette.use(session.settings.id));
  return palette;
}

function bindTools(session) {
  const choose = (name) => {
    if (name !== "polygon") session.editor.finishPolygon();
    session.settings.tool = name;
    for (const button of byId("tools").children) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === name));
    }
    byId("labels").classList.toggle("moves", name === "hand");
  };
  byId("tools").replaceChildren(...TOOLS.map(({ name, key, title }) => {
    const button = document.createElement("button");
    button.className = "tool";
    button.dataset.tool = name;
    button.title = `${title} (${key.toUpperCase()})`;
    button.setAttribute("aria-label", title);
    button.append(icon(name));
    button.onclick = () => choose(name);
    return button;
  }));
  choose("brush");
  return choose;
}

function bindSize(session) {
  const slider = byId("size");
  slider.max = Math.min(MOST_SIZE, Math.max(...session.model.image_size) >> 1);
  const set = (size) => {
    const within = Math.min(Math.max(size, 1), Number(slider.max));
    session.settings.size = within;
    slider.value = within;
    byId("size-value").textContent = within;
  };
  slider.oninput = () => set(Number(slider.value));
  set(Math.max(3, Math.round(Math.min(...session.model.image_size) / 14)));
  return (change) => set(session.settings.size + change);
}

function editActions(session) {
  const { view } = session;
  const buttons = () => {
    byId("undo").disabled = !session.history.canUndo;
    byId("redo").disabled = !session.history.canRedo;
  };
  session.addEventListener("changed", buttons);
  return {
    undo: () => session.undo(),
    redo: () => session.redo(),
    clear: () => {
      session.replace(new Uint8Array(session.map.ids.length).fill(session.model.void_id));
      say("Cleared. Undo brings the label map back.");
    },
    "zoom-in": () => view.zoomBy(1.5),
    "zoom-out": () => view.zoomBy(1 / 1.5),
    "zoom-fit": () => view.fit(),
    help: () => byId("sheet").showModal(),
  };
}

function fileActions(session) {
  const name = () => `${session.model.name}-${session.seed}`.replace(/[^\w-]+/g, "-");
  const guarded = (run) => async () => {
    try { await run(); } catch (error) { say(`That failed: ${error.message}.`, { isBad: true }); }
  };
  return {
    open: () => byId("file").click(),
    photo: () => byId("photo-file").click(),
    "save-labels": guarded(async () => {
      save(await writeLabelPng(session.map, session.model), `${name()}-labels.png`);
      say("Saved the label map. generate --labels reads it.");
    }),
    "save-image": guarded(async () => {
      save(await pngOf(session.view.picture), `${name()}.png`);
      say("Saved the picture.");
    }),
    copy: guarded(async () => {
      const picture = pngOf(session.view.picture);
      await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
      say("Copied the picture.");
    }),
    share: guarded(() => share(session)),
  };
}

async function share(session) {
  const url = new URL(location.href);
  url.search = "";
  url.hash = `work=${await session.pack()}`;
  if (url.href.length > MOST_LINK) {
    say("This label map is too detailed for a link. Save it as a file instead.", { isBad: true });
    return;
  }
  await navigator.clipboard.writeText(url.href);
  say(`Copied a link of ${url.href.length} letters. It holds the label map and the seed.`);
}

function bindStatus(session, palette) {
  let backend = "";
  const place = byId("place");
  session.addEventListener("moved", ({ detail: point }) => {
    const { map } = session;
    const isInside = point && map.contains(point.x, point.y);
    place.textContent = isInside ? `${point.x}, ${point.y}: ${palette.nameOf(map.at(point.x, point.y))}` : "";
    if (isInside && document.activeElement === session.view.labels && window.event?.type === "keydown") {
      say(`Column ${point.x}, row ${point.y}: ${palette.nameOf(map.at(point.x, point.y))}`);
    }
  });
  session.addEventListener("backend", ({ detail }) => {
    backend = detail;
    byId("speed").textContent = backend;
  });
  session.addEventListener("painted", ({ detail: { ms } }) => {
    byId("waiting").hidden = true;
    byId("speed").textContent = `${ms.toFixed(0)} ms · ${backend}`;
  });
  session.addEventListener("fatal", () => {
    byId("waiting").textContent = "The network could not be started.";
  });
}

function bindNoise(session, palette) {
  const { model } = session;
  byId("redraw-section").hidden = !model.accepts_noise_map;
  byId("redraw").onclick = () => session.redraw(session.settings.id);
  byId("redraw-none").onclick = () => session.resetRedrawn();
  const label = () => {
    byId("redraw").lastChild.textContent = `Redraw ${palette.nameOf(session.settings.id)}`;
    byId("redraw-none").disabled = !Object.keys(session.redrawn).length;
  };
  session.addEventListener("selected", label);
  session.addEventListener("changed", label);
  label();
  byId("directions-section").hidden = !model.directions.length;
  const rows = model.directions.map((direction, index) => directionRow(session, direction, index));
  byId("directions").replaceChildren(...rows.map(({ row }) => row));
  session.addEventListener("changed", () => rows.forEach(({ show }) => show()));
}

function directionRow(session, { name, steps }, index) {
  const row = document.createElement("label");
  row.className = "direction";
  const [text, value, slider] = ["span", "output", "input"].map((kind) => document.createElement(kind));
  text.textContent = name;
  Object.assign(slider, { type: "range", min: Math.min(...steps), max: Math.max(...steps), step: 0.1 });
  const show = () => {
    slider.value = session.amounts[index];
    value.textContent = Number(session.amounts[index]).toFixed(1);
  };
  slider.oninput = () => {
    session.setAmount(index, Number(slider.value));
    show();
  };
  slider.ondblclick = () => { session.setAmount(index, 0); show(); };
  row.append(text, value, slider);
  show();
  return { row, show };
}

function bindTheme() {
  const root = document.documentElement;
  const set = (theme) => {
    root.dataset.theme = theme;
    try { localStorage.setItem("oasis-paint theme", theme); } catch { /* not allowed to store */ }
  };
  try {
    const kept = localStorage.getItem("oasis-paint theme");
    if (kept) root.dataset.theme = kept;
  } catch { /* not allowed to store */ }
  byId("theme").onclick = () => {
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    set(isDark ? "light" : "dark");
  };
}

function shortcuts({ session, palette, chooseTool, setSize, seeds, actions }) {
  return [
    ...TOOLS.map(({ name, key, title }) => ({ keys: [key], text: title.split(":")[0], run: () => chooseTool(name) })),
    { keys: ["["], text: "Smaller brush", run: () => setSize(-2) },
    { keys: ["]"], text: "Larger brush", run: () => setSize(2) },
    { keys: ["Ctrl+z"], text: "Undo", run: actions.undo },
    { keys: ["Ctrl+y", "Ctrl+Shift+z"], shown: "Ctrl+Y", text: "Redo", run: actions.redo },
    { keys: ["d"], text: "Another seed", run: () => seeds.dice() },
    { keys: ["/"], text: "Search classes", run: () => palette.search.focus() },
    {
      keys: ["1", "2", "3", "4", "5", "6", "7", "8"], shown: "1 to 8", text: "Recently used class",
      run: (key) => palette.recentAt(key - 1) !== undefined && palette.select(palette.recentAt(key - 1)),
    },
    { keys: ["+", "="], shown: "+", text: "Zoom in", run: actions["zoom-in"] },
    { keys: ["-"], text: "Zoom out", run: actions["zoom-out"] },
    { keys: ["0"], text: "Fit", run: actions["zoom-fit"] },
    { keys: ["o"], text: "Open a label map", run: actions.open },
    { keys: ["s"], text: "Save the label map", run: actions["save-labels"] },
    { keys: ["Shift+s"], text: "Save the picture", run: actions["save-image"] },
    { keys: ["c"], text: "Copy the picture", run: actions.copy },
    { keys: ["Escape"], shown: "Esc", text: "Give a stroke up", run: () => session.editor.cancel() },
    { keys: ["?"], text: "This sheet", run: actions.help },
  ];
}
