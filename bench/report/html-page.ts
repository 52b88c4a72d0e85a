/** The report as one page that needs nothing else: no network, no script; light or dark as the reader's system is. */
import { formatValue } from '../run/format-value.ts';
import type { Plot } from '../run/scenario.ts';
import { lineChart } from './chart/line-chart.ts';
import { ratioChart } from './chart/ratio-chart.ts';
import { escapeText } from './chart/svg.ts';
import { boundText } from './markdown.ts';
import { pageStyle } from './page-style.ts';
import { noiseText, provenanceOf } from './provenance.ts';
import type { ReportContent, Section, TargetRow } from './report-content.ts';
import { commandOf } from './targets.ts';

export function htmlPageOf({ targets, notMeasured, costs, sections }: ReportContent): string {
  const links = sections.map(
    ({ file, result }) => `<a href="#${idOf(file)}">${escapeText(titleOf(file, result.scenario))}</a>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Milo, measured</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<h1>Milo, measured</h1>
<p>Made from the results of <code>npm run bench</code> by <code>npm run bench -- report</code>. ± is half the 95 % interval.
Point at a curve to read its values.</p>
<nav>${links.join('')}</nav>
</header>
<main>
<section>
<h2>Targets</h2>
${table(
  ['target', 'bound', 'figure', 'noise', '', 'result', 'command'],
  [
    ...targets.map(targetCells),
    ...notMeasured.map((target) => [
      escapeText(target.what),
      boundText(target.isAtLeast, target.bound, ''),
      '',
      '',
      '<span class="standing">not measured</span>',
      '',
      `<code>${escapeText(commandOf(target))}</code>`,
    ]),
  ],
  { 1: 'n', 2: 'n', 3: 'n', 6: 'w' },
)}
</section>
${costs.length === 0 ? '' : `<section>\n<h2>Cost by size</h2>\n${figuresOf(costs)}\n</section>\n`}${sections.map(sectionOf).join('\n')}
</main>
</body>
</html>
`;
}

function targetCells({ target, value, unit, noise, standing, doubts, result, file }: TargetRow): string[] {
  const said = { met: '✓ met', near: '≈ within noise', missed: '✗ missed' }[standing];
  return [
    escapeText(target.what),
    boundText(target.isAtLeast, target.bound, unit),
    `<strong>${formatValue(value)}</strong> ${unit === 'ratio' ? '' : escapeText(unit)}`,
    noiseText(noise),
    [`<span class="standing ${standing}">${said}</span>`, ...doubts.map(escapeText)].join('<br>doubtful: '),
    `<a href="#${idOf(file)}">${escapeText(titleOf(file, result.scenario))}</a>`,
    `<code>${escapeText(result.environment.command)}</code>`,
  ];
}

function sectionOf({ file, result, summary, ratios, plots, figures }: Section): string {
  const facts = provenanceOf(result).map(
    ([name, value]) => `<div><dt>${name}</dt><dd>${escapeText(value)}</dd></div>`,
  );
  const ratioFigure =
    ratios.length === 0
      ? ''
      : chartFigure('Ratios, with what noise allows and targets', ratioChart(file, ratios));
  const rows = figures.map(({ name, value, unit, noise, better }) => [
    `<code>${escapeText(name)}</code>`,
    formatValue(value),
    escapeText(unit),
    noiseText(noise),
    better ?? '',
  ]);
  return `<section id="${idOf(file)}">
<h2>${escapeText(titleOf(file, result.scenario))}</h2>
<p>${escapeText(summary)}</p>
<pre>${escapeText(result.environment.command)}</pre>
<dl>${facts.join('')}</dl>
<div class="charts">${ratioFigure}${plots.map(plotFigure).join('')}</div>
<details><summary>${figures.length} figures</summary>
${table(['figure', 'value', 'unit', 'noise', 'better'], rows, { 1: 'n' })}
</details>
</section>`;
}

function figuresOf(plots: readonly Plot[]): string {
  return `<div class="charts">${plots.map(plotFigure).join('')}</div>`;
}

function plotFigure(plot: Plot): string {
  return chartFigure(plot.title, lineChart(plot));
}

function chartFigure(title: string, chart: string): string {
  return `<figure><figcaption>${escapeText(title)}</figcaption>${chart}</figure>`;
}

/** Cells are markup; `classes` are those of the columns, by number: `n` to the right, `w` may take several lines. */
function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  classes: Readonly<Record<number, 'n' | 'w'>>,
): string {
  const cell = (name: 'th' | 'td', content: string, at: number): string => {
    const className = classes[at];
    return `<${name}${className === undefined ? '' : ` class="${className}"`}>${content}</${name}>`;
  };
  const line = (row: readonly string[], name: 'th' | 'td'): string =>
    `<tr>${row.map((content, at) => cell(name, content, at)).join('')}</tr>`;
  const body = rows.map((row) => line(row, 'td')).join('\n');
  return `<div class="table"><table><thead>${line(head, 'th')}</thead><tbody>\n${body}\n</tbody></table></div>`;
}

function titleOf(file: string, scenario: string): string {
  const name = file.replace(/\.json$/, '');
  return name.startsWith(scenario) ? name : `${scenario}: ${name}`;
}

function idOf(file: string): string {
  return file.replaceAll(/[^a-zA-Z0-9-]/g, '-');
}
