import { variableOf } from './environment.ts';
import { ANY, configKeys, type KeyNode, walk } from './keys.ts';

/** docs/config.md, written from the schema. */
export function configPage(): string {
  const sections = [...configKeys().children.values()].map(sectionOf);
  return `${INTRODUCTION}\n${sections.join('\n')}`;
}

const INTRODUCTION = `# Configuration

One YAML file, given with \`run --config FILE\`. Only \`csms.url\` is required; a small one is

\`\`\`yaml
soap:      { listen: "0.0.0.0:8080" }
csms:      { url: "wss://csms.example.com/ocpp" }
store:     { path: "/var/lib/ocpp-soap-bridge" }
callbacks: { allow: ["10.0.0.0/8"] }
\`\`\`

- **Durations** are written with their unit: \`500ms\`, \`20s\`, \`2m\`, \`12h\`, \`7d\`. **Sizes** are bytes, or \`512KiB\`, \`4MiB\`.
- **Addresses** to listen on are \`host:port\`, IPv6 in brackets: \`[::]:8080\`. Port 0 takes a free one.
- **File names** in the file count from its own directory, those in variables from the working directory. Files are read at the start.
- **Secrets** stand in files or variables that the configuration names, never in the configuration, and are never logged.
- **Variables** override the file: \`BRIDGE_\` + the key in capitals, with \`_\` between the parts and before inner capitals:
  \`csms.url\` is \`${variableOf('csms.url')}\`, \`soap.maxBodyBytes\` is \`${variableOf('soap.maxBodyBytes')}\`. Lists are separated by commas. An empty
  variable counts as not set. Maps (\`chargePoints\`, \`assumedKeys\`) can only stand in the file.
- **A key without a value** counts as absent; an unknown key or variable is a fault. All faults are told at once, with line and column.
`;

function sectionOf(section: KeyNode): string {
  const keys = [...walk(section)];
  const below = section.children.has(ANY) ? keys.slice(1) : keys;
  return `## ${section.path}

${section.description}

| key | type | default | restart | meaning |
| --- | --- | --- | --- | --- |
${below.map(rowOf).join('\n')}
`;
}

function rowOf(key: KeyNode): string {
  const group = key.children.size > 0;
  const cells = [
    `\`${key.path.replaceAll(`.${ANY}.`, '.<identity>.')}\``,
    key.type,
    group ? '' : fallbackOf(key),
    group ? '' : key.reload ? 'no' : 'yes',
    key.description,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function fallbackOf(key: KeyNode): string {
  if (key.required) return '**required**';
  return key.fallback === undefined ? '' : `\`${JSON.stringify(key.fallback).replace(/^"(.*)"$/, '$1')}\``;
}
