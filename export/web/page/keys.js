// Keyboard shortcuts and their sheet.

/** Binds [{keys, text, run}], keys such as "Ctrl+z" or "["; fills the sheet. */
export function bindKeys(shortcuts) {
  const byKey = new Map();
  for (const shortcut of shortcuts) shortcut.keys.forEach((key) => byKey.set(key, shortcut));
  window.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=range], [type=checkbox]), dialog[open]");
    if (typing || event.altKey) return;
    const ctrl = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
    const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const shift = event.shiftKey && /^[a-z]$/.test(letter) ? "Shift+" : "";
    const shortcut = byKey.get(ctrl + shift + letter);
    if (!shortcut) return;
    event.preventDefault();
    shortcut.run(event.key);
  });
  const rows = shortcuts.filter(({ text }) => text).flatMap(({ keys, text, shown }) => {
    const [term, meaning] = [document.createElement("dt"), document.createElement("dd")];
    const key = document.createElement("kbd");
    key.textContent = shown ?? keys.map((name) => name.toUpperCase().replace("CTRL", "Ctrl").replace("SHIFT", "Shift")).join(" or ");
    term.append(key);
    meaning.textContent = text;
    return [term, meaning];
  });
  document.getElementById("keys").replaceChildren(...rows);
}
