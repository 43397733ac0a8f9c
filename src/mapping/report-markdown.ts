/** The report as Markdown pages: one for each pair of versions, and the register of losses. */

import type { PairReport, Report, ReportedMessage, ReportedOperation, ReportedTable } from './report.ts';
import { MARKS, type Mark, type ReportedField, type ReportedLine } from './report-lines.ts';
import { pageOf, SIGNS, titleOf } from './report-pages.ts';

/** File name -> text. */
export function markdownReport(report: Report): Map<string, string> {
  const pages = report.pairs.map((pair): [string, string] => [`${pageOf(pair.soap)}.md`, pairPage(pair, report)]);
  return new Map([...pages, ['losses.md', lossesPage(report)]]);
}

const GENERATED = '<!-- Written by `ocpp-soap-bridge mappings report --format md` from the tables: change those. -->';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const lossLinks = (codes: readonly string[]): string => codes.map((one) => `[${one}](losses.md#${one})`).join(' ');

function pairPage(pair: PairReport, report: Report): string {
  const { operations, fields, words } = pair.figures;
  const signs = MARKS.map((mark) => row([SIGNS[mark].sign, SIGNS[mark].means, String(fields[mark])]));
  const blocks = [
    GENERATED,
    `# ${titleOf(pair)}`,
    `What becomes of every field of every message, as \`mappings/${pair.file}\` says it; ` +
      'white space, times and numbers besides as told in [what happens without a row](../mappings.md#what-happens-without-a-row).',
    [row(['', 'fields that are', 'in all']), '|---|---|---:|', ...signs].join('\n'),
    `${operations.translated} operations are translated, ${operations['not translated']} calls of the CSMS are answered without asking the charge point. ` +
      `Of ${words.all} words of enumerations ${words.changed} change. ${pair.figures.losses} kinds of loss may be told by rows: [losses](losses.md).`,
    ...callers(pair, report),
    ...keys(pair),
    ...(pair.tables ?? []).flatMap(tableBlocks),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function callers(pair: PairReport, report: Report): string[] {
  return (['charge point', 'CSMS'] as const).flatMap((caller) => {
    const operations = pair.operations.filter((operation) => operation.caller === caller);
    return [
      `## Calls of the ${caller}`,
      ...operations.flatMap((operation) => operationBlocks(operation, pair, report)),
    ];
  });
}

function operationBlocks(operation: ReportedOperation, pair: PairReport, report: Report): string[] {
  const { name, how, rules, why, messages } = operation;
  const other = how === 'like another version' && report.pairs.find(({ soap }) => rules.includes(`as OCPP ${soap}`));
  const where = other ? `: [its rows](${pageOf(other.soap)}.md#${name.toLowerCase()})` : '';
  const stated = rules.map((rule) => `- ${cell(rule)}${where}`);
  if (why !== undefined) stated.push(`- *${cell(why)}*`);
  // An action of both sides stands under both headings; links go to the first.
  const twice = pair.operations.filter((one) => one.name === name).length > 1 && operation.caller === 'CSMS';
  return [
    `### ${name}${twice ? ' (CSMS)' : ''}`,
    ...(stated.length > 0 ? [stated.join('\n')] : []),
    ...messages.map(messageBlock),
  ];
}

function messageBlock({ part, sender, lines }: ReportedMessage): string {
  if (lines.length === 0) return `**${part}** of the ${sender}: empty on both sides.`;
  const [from, to] = sender === 'CSMS' ? ['CSMS', 'charge point'] : ['charge point', 'CSMS'];
  const rows = lines.map((line) =>
    row([shown(line.source), sign(line.mark), shown(line.target), how(line), lossLinks(line.losses)]),
  );
  return [
    `**${part}**`,
    '',
    row([from, '', to, 'what becomes of it', 'losses']),
    '|---|:-:|---|---|---|',
    ...rows,
  ].join('\n');
}

const sign = (mark: Mark): string => SIGNS[mark].sign;

function shown(field: ReportedField | undefined): string {
  if (!field) return '';
  return `${code(field.path)}${field.required ? '' : '?'} ${cell(field.type)}`;
}

function how({ when, becomes, why }: ReportedLine): string {
  const sentences = [...(when === undefined ? [] : [`when ${when}`]), ...becomes].map(cell).join('; ');
  return why === undefined ? sentences : `${sentences}${sentences === '' ? '' : '. '}*${cell(why)}*`;
}

function keys({ keys: rows }: PairReport): string[] {
  if (rows.length === 0) return [];
  const lines = rows.map(({ key, spelled, loss, why }) =>
    row([code(key), code(spelled), cell(why), lossLinks([loss])]),
  );
  return [
    '## Configuration keys',
    [row(['OCPP 1.6', 'here', 'why', 'losses']), '|---|---|---|---|', ...lines].join('\n'),
  ];
}

function tableBlocks({ title, head, rows }: ReportedTable): string[] {
  const lines = rows.map(([first = '', ...others]) => row([code(first), ...others.map(cell)]));
  return [`## ${title}`, [row(head), `|${'---|'.repeat(head.length)}`, ...lines].join('\n')];
}

function lossesPage({ losses, pairs }: Report): string {
  const blocks = losses.map(({ code: name, by, what, because, where }) => {
    const places = pairs.flatMap(({ soap }) => {
      const operations = where[soap] ?? [];
      return operations.length === 0 ? [] : [`- [OCPP ${soap}](${pageOf(soap)}.md): ${operations.join(', ')}`];
    });
    return [`## ${name}`, '', `${cell(what)}. *${cell(because)}*`, '', `Told by: ${by.join(', ')}.`, ...places].join(
      '\n',
    );
  });
  const intro = `Every place where information is dropped, changed or guessed, by its code. Metrics count by these codes, log lines carry them, and \`ocpp-soap-bridge losses\` prints what a running bridge has counted.`;
  return `${[GENERATED, '# Losses', intro, ...blocks].join('\n\n')}\n`;
}
