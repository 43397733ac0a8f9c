/** How the report's pages look: quiet paper, one colour for each mark. Fonts are those of the reader's machine. */

export const STYLE = `
:root {
  --paper: #fbfaf7; --sheet: #fff; --ink: #23211d; --soft: #6d685e; --line: #e4dfd4; --accent: #1d5f8a;
  --identical: #8a8579; --guarded: #2f7d5b; --changed: #1d6fa8; --added: #7a4fb0; --dropped: #b3402e; --unfilled: #a8761b;
  --serif: 'Iowan Old Style', 'Palatino Linotype', Palatino, 'Book Antiqua', 'URW Palladio L', P052, Georgia, serif;
  --sans: ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif;
  --mono: ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, 'Liberation Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #17181a; --sheet: #1e2022; --ink: #e6e2d9; --soft: #9b968b; --line: #34363a; --accent: #7cb9e0;
    --identical: #8f8b82; --guarded: #6fc39a; --changed: #6fb4e4; --added: #b692e6; --dropped: #ec8472; --unfilled: #dcae58;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4.5rem; }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 var(--sans); }
a { color: var(--accent); text-underline-offset: .15em; text-decoration-thickness: .06em; }
header { position: sticky; top: 0; z-index: 2; background: color-mix(in srgb, var(--paper) 88%, transparent); backdrop-filter: blur(8px); border-bottom: 1px solid var(--line); }
header nav { display: flex; flex-wrap: wrap; gap: 1.6rem; max-width: 88rem; margin: auto; padding: .8rem 2rem; }
header a { color: var(--soft); text-decoration: none; }
header a:hover, header a[aria-current] { color: var(--ink); }
header a[aria-current] { box-shadow: 0 .2rem 0 -.1rem var(--accent); }
.page { display: flex; gap: 3rem; max-width: 88rem; margin: auto; padding: 0 2rem 6rem; align-items: flex-start; }
main { flex: 1; min-width: 0; }
h1 { font: 400 2.5rem/1.15 var(--serif); letter-spacing: -.015em; margin: 3rem 0 1rem; text-wrap: balance; }
h2, h3 { font-family: var(--serif); font-weight: 400; }
h2.caller { font-size: 1.7rem; margin: 4rem 0 0; padding-bottom: .4rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.4rem; margin: 0 0 .6rem; }
h3 small, .entry h3 small { font: 12px var(--sans); color: var(--soft); border: 1px solid var(--line); border-radius: 1rem; padding: .15rem .6rem; vertical-align: .15em; }
.anchor { margin-left: .5rem; color: var(--line); text-decoration: none; }
h3:hover .anchor { color: var(--soft); }
.lead { max-width: 46rem; font: 1.12rem/1.55 var(--serif); color: var(--ink); }
section { margin: 2.6rem 0; }
aside { position: sticky; top: 3.3rem; flex: 0 0 15.5rem; max-height: calc(100vh - 3.3rem); overflow-y: auto; padding: 2.4rem 1rem 2rem 0; scrollbar-width: thin; scrollbar-color: var(--line) transparent; }
aside h2 { font-size: 1rem; color: var(--soft); margin: 1.4rem 0 .3rem; }
aside ol { list-style: none; margin: 0; padding: 0; }
aside li a { display: flex; justify-content: space-between; gap: .5rem; padding: .12rem 0; font-size: 13px; color: var(--ink); text-decoration: none; overflow-wrap: anywhere; }
aside li a:hover { color: var(--accent); }
aside li a.quiet { color: var(--soft); }
aside li span { flex: none; display: flex; gap: 3px; align-items: center; }
.toggle { display: flex; gap: .5rem; align-items: center; font-size: 13px; color: var(--soft); cursor: pointer; }
.toggle input { accent-color: var(--accent); }
.dot { width: 7px; height: 7px; border-radius: 50%; background: var(--of); }
.identical { --of: var(--identical); } .guarded { --of: var(--guarded); } .changed { --of: var(--changed); }
.added { --of: var(--added); } .dropped { --of: var(--dropped); } .unfilled { --of: var(--unfilled); }
.mark { display: inline-grid; place-items: center; width: 1.5rem; height: 1.5rem; border-radius: 50%; font: 600 15px/1 var(--sans); color: var(--of); background: color-mix(in srgb, var(--of) 14%, transparent); }
.bar { display: flex; gap: 2px; height: 8px; border-radius: 4px; overflow: hidden; margin: 1.4rem 0 1rem; }
.bar i { background: var(--of); flex: 0 1 0; }
.bar i[style='flex-grow:0'] { display: none; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .4rem 1.6rem; padding: 0; margin: 0 0 1rem; color: var(--soft); font-size: 13.5px; }
.legend .mark { margin-right: .3rem; }
.legend b { color: var(--ink); font-variant-numeric: tabular-nums; }
.rules { margin: 0 0 1rem; padding: 0; list-style: none; color: var(--soft); font-size: 13.5px; }
.why { font: italic 14.5px/1.45 var(--serif); color: var(--soft); }
table { width: 100%; border-collapse: collapse; background: var(--sheet); border: 1px solid var(--line); border-radius: 6px; margin: .8rem 0 1.2rem; table-layout: fixed; }
caption { text-align: left; font-size: 13px; color: var(--soft); padding: .3rem 0; }
caption b, .empty b { color: var(--ink); font-weight: 600; margin-right: .4rem; }
.empty { font-size: 13px; color: var(--soft); }
th { text-align: left; font-weight: 500; font-size: 12.5px; color: var(--soft); padding: .45rem .8rem; border-bottom: 1px solid var(--line); width: 26%; }
th.sign { width: 2.9rem; } th:last-child { width: auto; }
td { vertical-align: top; padding: .5rem .8rem; font-size: 14px; border-bottom: 1px solid color-mix(in srgb, var(--line) 60%, transparent); overflow-wrap: anywhere; }
tr:last-child td { border-bottom: 0; }
td:first-child { box-shadow: inset 3px 0 0 var(--of); }
td.sign { padding: .5rem 0; text-align: center; }
td p { margin: 0 0 .2rem; } td p:last-child { margin: 0; }
td small { display: block; color: var(--soft); font-size: 12px; }
tr.whole td { background: color-mix(in srgb, var(--line) 25%, transparent); }
tr.identical:not(.whole) code { color: var(--soft); }
code { font: 13px var(--mono); }
.way { color: var(--soft); }
.none { color: var(--soft); font-size: 12.5px; }
.when { font-weight: 600; }
.loss { display: inline-block; font: 12px var(--mono); text-decoration: none; color: var(--dropped); background: color-mix(in srgb, var(--dropped) 9%, transparent); border-radius: 4px; padding: .05rem .4rem; margin: .1rem .15rem 0 0; }
.loss:hover { text-decoration: underline; }
body:has(#only:checked) tr.identical:not(.whole) { display: none; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 1.2rem; margin: 2rem 0; }
.card { display: block; background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; padding: 1.2rem 1.5rem; color: inherit; text-decoration: none; font-size: 14px; }
.card:hover { border-color: var(--accent); }
.card h2 { margin: 0; font-size: 1.35rem; }
.entries { columns: 24rem; column-gap: 2.4rem; }
.entry { break-inside: avoid; margin: 0 0 1.8rem; }
.entry h3 { font: 600 14.5px var(--mono); margin: 0 0 .2rem; }
.entry p { margin: 0 0 .2rem; font-size: 14px; }
.entry:target, section:target h3 { background: color-mix(in srgb, var(--accent) 12%, transparent); border-radius: 4px; }
@media (max-width: 62rem) { .page { display: block; padding: 0 1.2rem 4rem; } aside { position: static; max-height: none; } aside ol { columns: 2; } h1 { font-size: 1.9rem; } }
@media (max-width: 40rem) { thead { display: none; } table, tbody, tr, td { display: block; width: 100%; } td { border: 0; padding: .2rem .8rem; } td.sign { text-align: left; padding-left: .8rem; } tr { border-bottom: 1px solid var(--line); padding: .4rem 0; } }
@media print {
  :root { --paper: #fff; --sheet: #fff; --ink: #000; --soft: #444; --line: #bbb; }
  body { font-size: 9.5pt; } header, aside, .anchor { display: none; } .page { display: block; max-width: none; padding: 0; }
  section, tr, .card { break-inside: avoid; } h3, caption, thead { break-after: avoid; } a { color: inherit; }
  * { print-color-adjust: exact; }
}
`;
