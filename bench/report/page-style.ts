/** How the report looks. Colours are variables, so that charts are the same markup in light and in dark. */
import { seriesColours } from './chart/line-chart.ts';

export const pageStyle = `
:root {
  --page: #f7f7f5; --card: #ffffff; --ink: #1d1f23; --muted: #666b73; --line: #e2e3e5; --base: #9aa0a8;
  --good: #1a7f4b; --near: #8a6100; --bad: #c0362c;
  --c0: #2a6fd6; --c1: #d9622b; --c2: #16917a; --c3: #8453c6; --c4: #c23e70; --c5: #a37c00; --c6: #4f8f2f; --c7: #6b7280;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #16181b; --card: #1f2226; --ink: #e8e9eb; --muted: #9ba1a9; --line: #34383e; --base: #6f757d;
    --good: #54c98a; --near: #dcb04a; --bad: #f0776c;
    --c0: #6aa5f8; --c1: #f08d5c; --c2: #46c3aa; --c3: #b08cf0; --c4: #ee7aa4; --c5: #d9b23c; --c6: #8fca6b; --c7: #a3a9b2;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
header, main { max-width: 1240px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 28px; }
h1 { font-size: 28px; margin: 0 0 4px; }
h2 { font-size: 19px; margin: 0 0 6px; }
p { margin: 0 0 10px; color: var(--muted); max-width: 80ch; }
a { color: var(--c0); text-decoration: none; }
a:hover { text-decoration: underline; }
nav { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 10px 0 18px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; margin: 0 0 18px; }
code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { margin: 0 0 12px; padding: 8px 12px; background: var(--page); border-radius: 6px; overflow-x: auto; }
dl { display: flex; flex-wrap: wrap; gap: 6px 28px; margin: 0 0 14px; }
dt { color: var(--muted); font-size: 12px; }
dd { margin: 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 480px), 1fr)); gap: 22px 28px; }
figure { margin: 0; }
figcaption { font-weight: 600; margin-bottom: 6px; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--muted); font-weight: 500; font-size: 13px; }
th, td { padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
td:first-child { white-space: normal; min-width: 16em; }
td.w { font-size: 13px; white-space: normal; min-width: 22em; overflow-wrap: anywhere; }
.n { text-align: right; }
details { margin-top: 14px; }
summary { cursor: pointer; color: var(--muted); }
.standing { color: var(--muted); }
.met { color: var(--good); font-weight: 600; }
.near { color: var(--near); font-weight: 600; }
.missed { color: var(--bad); font-weight: 600; }
.chart { width: 100%; height: auto; display: block; }
.chart text { font: 12px system-ui, sans-serif; fill: var(--ink); }
.chart .tick, .chart .axis { fill: var(--muted); font-variant-numeric: tabular-nums; }
.chart .grid { stroke: var(--line); }
.chart .base { stroke: var(--base); }
.chart .line { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; }
.chart .dot { fill: var(--c); stroke: var(--card); stroke-width: 1.5; }
.chart .hidden { opacity: 0; }
.chart .hidden:hover { opacity: 1; }
.chart .whisker { stroke: var(--c); stroke-width: 6; stroke-linecap: round; opacity: 0.3; }
.chart .target line { stroke: var(--ink); stroke-width: 1.5; }
.chart .target polygon { fill: var(--ink); }
.chart .area { fill: transparent; }
${Array.from({ length: seriesColours }, (_, index) => `.s${index} { --c: var(--c${index}); }`).join('\n')}
`;
