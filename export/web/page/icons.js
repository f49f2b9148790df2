// Icons of 24 x 24, drawn with strokes.

const PATHS = {
  brush: "M4 20c3 0 4-1 4-3a2.5 2.5 0 0 1 5 0c0 3-4 4-9 3zM12 15l8-10",
  square: "M5 5h14v14H5zM9 9h6v6H9z",
  line: "M5 19L19 5M3 21h4v-4H3zM17 3h4v4h-4z",
  rectangle: "M4 6h16v12H4z",
  polygon: "M12 3l9 7-4 10H7L3 10z",
  fill: "M11 3l8 8-7 7a2 2 0 0 1-3 0l-5-5a2 2 0 0 1 0-3zM4 12h14M20 15c1.500 2 2 3 2 4a2 2 0 0 1-4 0c0-1 .5-2 2-4z",
  eyedropper: "M4 20l1-4 9-9 3 3-9 9zM13 6l5 5M16 8l3-3a2 2 0 0 0-3-3l-3 3",
  eraser: "M9 20h11M4 15l9-10 7 6-8 9H8z M9 10l7 6",
  hand: "M12 3v18M3 12h18M12 3l-2 2M12 3l2 2M12 21l-2-2M12 21l2-2M3 12l2-2M3 12l2 2M21 12l-2-2M21 12l-2 2",
  undo: "M8 5L3 10l5 5M3 10h11a6 6 0 0 1 0 12h-3",
  redo: "M16 5l5 5-5 5M21 10H10a6 6 0 0 0 0 12h3",
  clear: "M5 7h14M10 3h4M7 7l1 14h8l1-14M10 11v6M14 11v6",
  open: "M3 19V5h6l2 3h10v11z",
  photo: "M3 5h18v14H3zM3 16l5-5 4 4 3-3 6 6M15.500 9.500h1",
  save: "M12 3v12M7 10l5 5 5-5M4 20h16",
  copy: "M8 8h12v12H8zM16 8V4H4v12h4",
  share: "M9 15l6-6M10 6l2-2a5 5 0 0 1 8 8l-3 2M14 18l-2 2a5 5 0 0 1-8-8l3-2",
  theme: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  help: "M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2M12 17.500v.5M12 2a10 10 0 1 0 0 20a10 10 0 0 0 0-20",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  dice: "M4 4h16v16H4zM8 8h.6v.6H8zM15.400 15.400h.6v.6h-.6zM15.400 8h.6v.6h-.6zM8 15.400h.6v.6H8zM11.700 11.700h.6v.6h-.6z",
  lock: "M6 11h12v10H6zM8 11V7a4 4 0 0 1 8 0v4",
};
const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** Puts icons into the buttons that name one. */
export function placeIcons(root = document) {
  for (const button of root.querySelectorAll("[data-icon]")) {
    button.prepend(icon(button.dataset.icon));
  }
}
