/** The report as pages for people: each a single file, nothing loaded from elsewhere, readable on a screen, at night and on paper. */

import type { PairReport, Report, ReportedMessage, ReportedOperation, ReportedTable } from './report.ts';
import { MARKS, type ReportedField, type ReportedLine } from './report-lines.ts';
import { pageOf, SIGNS, titleOf } from './report-pages.ts';
import { STYLE } from './report-style.ts';

/** File name -> text. */
export function htmlReport(report: Report): Map<string, string> {
  const pages = report.pairs.map((pair): [string, string] => [`${pageOf(pair.soap)}.html`, pairPage(pair, report)]);
  return new Map([['index.html', indexPage(report)], ...pages, ['losses.html', lossesPage(report)]]);
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const text = (raw: string): string => raw.replace(/[&<>"]/g, (letter) => ESCAPES[letter] ?? letter);
/** A sentence; JSON in it is code. */
const sentence = (raw: string): string => text(raw).replace(/\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g, '<code>$&</code>');

function page(title: string, here: string, report: Report, aside: string, main: string): string {
  const link = (file: string, name: string): string =>
    `<a href="${file}.html"${file === here ? ' aria-current="page"' : ''}>${text(name)}</a>`;
  const links = [
    link('index', 'Overview'),
    ...report.pairs.map(({ soap }) => link(pageOf(soap), `OCPP ${soap}`)),
    link('losses', 'Losses'),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${text(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><nav aria-label="Pages">${links.join('')}</nav></header>
<div class="page">
${aside === '' ? '' : `<aside>${aside}</aside>\n`}<main>
${main}
</main>
</div>
</body>
</html>
`;
}

function indexPage(report: Report): string {
  const cards = report.pairs.map((pair) => {
    const { operations, fields, words } = pair.figures;
    const all = MARKS.reduce((sum, mark) => sum + fields[mark], 0);
    return `<a class="card" href="${pageOf(pair.soap)}.html">
<h2>${text(titleOf(pair))}</h2>
${bar(pair)}
<p>${all} fields: ${MARKS.filter((mark) => fields[mark] > 0)
      .map((mark) => `<b>${fields[mark]}</b> ${mark}`)
      .join(', ')}.</p>
<p><b>${operations.translated}</b> operations translated, <b>${operations['not translated']}</b> answered without asking the charge point. Of ${words.all} words <b>${words.changed}</b> change.</p>
</a>`;
  });
  const intro =
    'What becomes of every field on its way between a charge point that speaks SOAP and a central system that speaks JSON: ' +
    'what stays identical, what changes, what is dropped or added, and why. Written from the mapping tables after they were proved complete.';
  return page(
    'What the bridge does to your messages',
    'index',
    report,
    '',
    `<h1>What the bridge does to your messages</h1>
<p class="lead">${intro}</p>
<div class="cards">${cards.join('\n')}</div>
${legend()}
<p>Everything that is dropped, changed or guessed has a name: <a href="losses.html">the register of ${report.losses.length} losses</a>.</p>`,
  );
}

/** The share of each mark, as one coloured line. */
function bar({ figures: { fields } }: PairReport): string {
  const parts = MARKS.map(
    (mark) => `<i class="${mark}" style="flex-grow:${fields[mark]}" title="${fields[mark]} ${mark}"></i>`,
  );
  return `<div class="bar" aria-hidden="true">${parts.join('')}</div>`;
}

function legend(counts?: PairReport['figures']['fields']): string {
  const rows = MARKS.map((mark) => {
    const count = counts === undefined ? '' : `<b>${counts[mark]}</b> `;
    return `<li>${sign(mark)} ${count}${text(SIGNS[mark].means)}</li>`;
  });
  return `<ul class="legend">${rows.join('')}</ul>`;
}

const sign = (mark: ReportedLine['mark']): string =>
  `<span class="mark ${mark}" title="${text(SIGNS[mark].means)}">${SIGNS[mark].sign}</span>`;

const idOf = ({ name, caller }: ReportedOperation): string => (caller === 'CSMS' ? `csms-${name}` : name);

const CALLERS = ['charge point', 'CSMS'] as const;

function pairPage(pair: PairReport, report: Report): string {
  const { operations, fields, words, losses } = pair.figures;
  const grouped = CALLERS.map((caller) => [caller, pair.operations.filter((one) => one.caller === caller)] as const);
  const index = grouped.map(
    ([caller, list]) => `<h2>Calls of the ${caller}</h2><ol>${list.map(indexEntry).join('')}</ol>`,
  );
  const sections = grouped.map(
    ([caller, list]) =>
      `<h2 class="caller">Calls of the ${caller}</h2>\n${list.map((one) => section(one, report)).join('\n')}`,
  );
  return page(
    titleOf(pair),
    pageOf(pair.soap),
    report,
    `<label class="toggle"><input type="checkbox" id="only"> only what differs</label>${index.join('')}`,
    `<h1>${text(titleOf(pair))}</h1>
<p class="lead"><b>${operations.translated}</b> operations are translated, <b>${operations['not translated']}</b> calls of the CSMS are answered without asking the charge point.
Of ${words.all} words of enumerations <b>${words.changed}</b> change; rows may tell <b>${losses}</b> kinds of <a href="losses.html">loss</a>. Source: <code>mappings/${text(pair.file)}</code>.</p>
${bar(pair)}
${legend(fields)}
${sections.join('\n')}
${keys(pair)}${(pair.tables ?? []).map(plainTable).join('\n')}`,
  );
}

function indexEntry(operation: ReportedOperation): string {
  const lines = operation.messages.flatMap((message) => message.lines).filter((line) => !line.whole);
  const differing = MARKS.filter((mark) => mark !== 'identical' && lines.some((line) => line.mark === mark));
  const dots = differing.map((mark) => `<i class="dot ${mark}"></i>`).join('');
  const quiet = operation.how === 'translated' ? '' : ' class="quiet"';
  return `<li><a href="#${idOf(operation)}"${quiet}>${text(operation.name)}<span>${dots}</span></a></li>`;
}

function section(operation: ReportedOperation, report: Report): string {
  const { name, how, rules, why, messages } = operation;
  const other = how === 'like another version' && report.pairs.find(({ soap }) => rules.includes(`as OCPP ${soap}`));
  const stated = rules.map((rule) => `<li>${sentence(rule)}</li>`);
  if (other) stated.push(`<li><a href="${pageOf(other.soap)}.html#${name}">its rows</a></li>`);
  if (why !== undefined) stated.push(`<li class="why">${text(why)}</li>`);
  const badge = how === 'translated' ? '' : ` <small>${how}</small>`;
  return `<section id="${idOf(operation)}">
<h3>${text(name)}${badge}<a class="anchor" href="#${idOf(operation)}" aria-label="Link to ${text(name)}">#</a></h3>
${stated.length > 0 ? `<ul class="rules">${stated.join('')}</ul>` : ''}
${messages.map(messageTable).join('\n')}
</section>`;
}

function messageTable({ part, sender, lines }: ReportedMessage): string {
  const to = sender === 'CSMS' ? 'charge point' : 'CSMS';
  const caption = `<b>${part}</b> ${sender} → ${to}`;
  if (lines.length === 0) return `<p class="empty">${caption}: empty on both sides</p>`;
  return `<table>
<caption>${caption}</caption>
<thead><tr><th scope="col">${sender}</th><th scope="col" class="sign"></th><th scope="col">${to}</th><th scope="col">what becomes of it</th></tr></thead>
<tbody>${lines.map(line).join('\n')}</tbody>
</table>`;
}

function line(one: ReportedLine): string {
  const { mark, whole, source, target, when, becomes, why, losses, line: number } = one;
  const said = [
    ...(when === undefined ? [] : [`<span class="when">when ${text(when)}</span>`]),
    ...becomes.map(sentence),
  ];
  const codes = losses.map((code) => `<a class="loss" href="losses.html#${text(code)}">${text(code)}</a>`).join(' ');
  const place = number === undefined ? '' : ` title="line ${number} of the table"`;
  return `<tr class="${mark}${whole ? ' whole' : ''}"${place}><td>${field(source)}</td><td class="sign">${sign(mark)}</td><td>${field(target)}</td><td>${said
    .map((words) => `<p>${words}</p>`)
    .join(
      '',
    )}${why === undefined ? '' : `<p class="why">${text(why)}</p>`}${codes === '' ? '' : `<p>${codes}</p>`}</td></tr>`;
}

function field(one: ReportedField | undefined): string {
  if (!one) return '<span class="none">none</span>';
  const at = one.path.lastIndexOf('.') + 1;
  const path =
    at > 0 && at < one.path.length
      ? `<span class="way">${text(one.path.slice(0, at))}</span>${text(one.path.slice(at))}`
      : text(one.path);
  return `<code>${path}</code> <small>${text(one.type)}${one.required ? '' : ', optional'}</small>`;
}

function keys({ keys: rows }: PairReport): string {
  if (rows.length === 0) return '';
  const lines = rows.map(
    ({ key, spelled, loss, why }) =>
      `<tr class="changed"><td><code>${text(key)}</code></td><td class="sign">${sign('changed')}</td><td><code>${text(spelled)}</code></td><td><p class="why">${text(why)}</p><p><a class="loss" href="losses.html#${text(loss)}">${text(loss)}</a></p></td></tr>`,
  );
  return `<section id="keys"><h2 class="caller">Configuration keys</h2><table><thead><tr><th>OCPP 1.6</th><th></th><th>here</th><th>why</th></tr></thead><tbody>${lines.join('')}</tbody></table></section>`;
}

function plainTable({ title, head, rows }: ReportedTable): string {
  const lines = rows.map(([first = '', ...others]) => {
    const cells = others.map((cell) => `<td>${text(cell)}</td>`);
    return `<tr class="changed"><td><code>${text(first)}</code></td>${cells.join('')}</tr>`;
  });
  const heads = head.map((one) => `<th scope="col">${text(one)}</th>`).join('');
  return `<section><h2 class="caller">${text(title)}</h2><table><thead><tr>${heads}</tr></thead><tbody>${lines.join('')}</tbody></table></section>`;
}

function lossesPage(report: Report): string {
  const entries = report.losses.map(({ code, by, what, because, where }) => {
    const places = report.pairs.flatMap(({ soap, operations }) => {
      const names = where[soap] ?? [];
      const links = names.map((name) => {
        const found =
          operations.find((operation) => operation.name === name && operation.losses.includes(code)) ??
          operations.find((operation) => operation.name === name);
        return `<a href="${pageOf(soap)}.html#${found ? idOf(found) : 'keys'}">${text(name)}</a>`;
      });
      return links.length === 0 ? [] : [`<p><b>OCPP ${soap}</b> ${links.join(', ')}</p>`];
    });
    const told = by.map((teller) => `<small>${teller}</small>`).join(' ');
    return `<section id="${text(code)}" class="entry"><h3>${text(code)} ${told}</h3><p>${text(what)}</p><p class="why">${text(because)}</p>${places.join('')}</section>`;
  });
  const index = report.losses.map(({ code }) => `<li><a href="#${text(code)}">${text(code)}</a></li>`).join('');
  const intro =
    'Every place where information is dropped, changed or guessed, by its code. Metrics count by these codes, log lines carry them, ' +
    'and <code>ocpp-soap-bridge losses</code> prints what a running bridge has counted. Beside each code stands who tells it: a row of a table, a profile, the engine, a flow or a reader.';
  return page(
    'The register of losses',
    'losses',
    report,
    `<h2>Codes</h2><ol>${index}</ol>`,
    `<h1>The register of losses</h1>
<p class="lead">${intro}</p>
<div class="entries">${entries.join('\n')}</div>`,
  );
}
