"""The style sheet: one column of cards, light or dark as the reader's system."""

STYLE = """
:root {
  --paper: #f6f6f3; --card: #ffffff; --ink: #1c2024; --soft: #5d666f; --line: #e2e3df;
  --s1: #2563c9; --s2: #d9661f; --s3: #14866d; --s4: #9b4fc4; --s5: #b8860b; --s6: #c43d5b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --card: #1d2125; --ink: #e8eaec; --soft: #99a2ab; --line: #32383e;
    --s1: #6ea3ff; --s2: #ff9a5c; --s3: #4cc9ad; --s4: #c792ea; --s5: #e5c07b; --s6: #ff7b98;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 36px 20px 48px; }
h1 { font-size: 27px; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 40px 0 12px; }
p { margin: 6px 0 12px; }
.soft, figcaption, footer { color: var(--soft); }
footer { margin-top: 40px; font-size: 13px; }
.grid { display: grid; gap: 16px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); }
.tiles { display: grid; gap: 12px; margin: 22px 0 0; padding: 0; list-style: none;
  grid-template-columns: repeat(auto-fit, minmax(136px, 1fr)); }
.tiles li, figure, .card {
  margin: 0; padding: 14px 16px; background: var(--card);
  border: 1px solid var(--line); border-radius: 10px;
}
.columns { columns: 400px 2; column-gap: 16px; }
.columns > * { break-inside: avoid; margin-bottom: 16px; }
.tiles b { display: block; font-size: 23px; line-height: 1.25; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--soft); font-size: 13px; }
figure { min-width: 0; }
figcaption { margin-bottom: 8px; font-size: 13px; }
figcaption strong { color: var(--ink); font-size: 15px; font-weight: 600; margin-right: 4px; }
figure img { display: block; max-width: 100%; height: auto; border-radius: 6px; }
svg { display: block; width: 100%; height: auto; }
.grid > .wide { grid-column: 1 / -1; }
.rule { stroke: var(--line); stroke-width: 1; }
.axis { stroke: var(--soft); stroke-width: 1; }
.tick { fill: var(--soft); font-size: 12px; text-anchor: middle; }
.tick.end { text-anchor: end; }
.s1 { --c: var(--s1); } .s2 { --c: var(--s2); } .s3 { --c: var(--s3); }
.s4 { --c: var(--s4); } .s5 { --c: var(--s5); } .s6 { --c: var(--s6); }
.line path { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; }
.line circle { fill: var(--c); }
.line.faint path { stroke-width: 1.4; stroke-dasharray: 4 4; }
.line.faint circle { opacity: 0; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 8px 0 0; padding: 0;
  list-style: none; font-size: 13px; }
.legend i { display: inline-block; width: 18px; margin-right: 6px; vertical-align: middle;
  border-top: 3px solid var(--c); }
.legend i.faint { border-top-style: dashed; border-top-width: 2px; }
.legend b { font-variant-numeric: tabular-nums; font-weight: 600; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th { text-align: left; font-weight: 400; color: var(--soft); }
td, th { padding: 4px 10px 4px 0; border-top: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere; }
thead th, tbody:first-child tr:first-child > * { border-top: 0; }
td { font-variant-numeric: tabular-nums; }
.classes td { width: 36%; }
.classes th { color: var(--ink); }
.swatch { display: inline-block; width: 12px; height: 12px; margin-right: 8px; border-radius: 3px;
  vertical-align: -1px; border: 1px solid var(--line); }
.meter { display: flex; align-items: center; gap: 8px; }
.meter i { flex: 1; height: 9px; border-radius: 5px; overflow: hidden; background: var(--line); }
.meter i::before { content: ""; display: block; width: var(--w); height: 100%;
  background: var(--c); }
.meter span { width: 3.2em; text-align: right; }
.config h3 { font-size: 15px; margin: 0 0 6px; }
.config th { width: 50%; }
code, pre { font: 13px/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
dt { color: var(--soft); font-size: 13px; } dd { margin: 0 0 10px; } dd:last-child { margin: 0; }
.card ul { margin: 10px 0 0; padding-left: 18px; font-size: 13px; overflow-wrap: anywhere; }
details summary { cursor: pointer; color: var(--soft); padding-top: 8px; }
"""
