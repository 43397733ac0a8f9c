// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the samples are code in strings
import { describe, expect, test } from 'vitest';
import { importsOf, readSource } from './source-text.ts';

const imports = (text: string) => importsOf(readSource(text)).map(({ form, from }) => [form, from]);

describe('the reader of imports, on which the rule of the street rests', () => {
  test.each([
    ["import a from './a.ts';", 'static', './a.ts'],
    ["import { a, type B } from './a.ts';", 'static', './a.ts'],
    ["import {\n  a,\n  b as c,\n} from\n  './a.ts';", 'static', './a.ts'],
    ["import * as a from './a.ts';", 'static', './a.ts'],
    ["import a, { b } from './a.ts'", 'static', './a.ts'],
    ['import{a}from"./a.ts"', 'static', './a.ts'],
    ["import type from './a.ts';", 'static', './a.ts'],
    ["import data from './a.json' with { type: 'json' };", 'static', './a.json'],
    ["import /* why */ { a } /* from 'b' */ from /* and */ './a.ts'; // from 'c'", 'static', './a.ts'],
    ["import type { A } from './a.ts';", 'type', './a.ts'],
    ["import type A from './a.ts';", 'type', './a.ts'],
    ["export type { A } from './a.ts';", 'type', './a.ts'],
    ["import './a.ts';", 'side-effect', './a.ts'],
    ["export { a } from './a.ts';", 'export', './a.ts'],
    ["export * from './a.ts';", 'export', './a.ts'],
    ["export * as a from './a.ts';", 'export', './a.ts'],
    ["const a = await import('./a.ts');", 'dynamic', './a.ts'],
    ['const a = await import(`./a.ts`);', 'dynamic', './a.ts'],
    ["const a = (await import(\n  './a.ts'\n)).run;", 'dynamic', './a.ts'],
    ["const text = `${await import('./a.ts')}`;", 'dynamic', './a.ts'],
    ["let a: import('./a.ts').A;", 'type-query', './a.ts'],
    ["const a = require('./a.json');", 'require', './a.json'],
    ["import a = require('./a.cjs');", 'require', './a.cjs'],
    ["const a = import.meta.resolve('./a.ts');", 'resolve', './a.ts'],
  ])('finds %j', (text, form, from) => {
    expect(imports(text)).toEqual([[form, from]]);
  });

  test.each(['await import(name)', 'await import(`./${name}.ts`)', "await import('./' + name)", 'require(name)'])(
    'finds %j and says that its name is computed',
    (text) => expect(imports(text).map(([, from]) => from)).toEqual([undefined]),
  );

  test.each([
    "// import a from './a.ts';",
    "/* import('./a.ts')\n import './b.ts' */",
    'const text = "import a from \'./a.ts\'";',
    "const text = `import './a.ts'`;",
    "const here = new URL('..', import.meta.url);",
    "door.import('./a.ts'); reimport('./a.ts');",
    "export const from = './a.ts';",
    "export function from(a: './a.ts') {}",
  ])('finds nothing in %j', (text) => {
    expect(imports(text)).toEqual([]);
  });

  test.each([
    `const quote = /['"]/; import('./a.ts');`,
    String.raw`const slash = /[/'\]]\/"/g; import('./a.ts');`,
    String.raw`const text = 'it\'s'; import('./a.ts');`,
    "const half = a / 2; const word = 'b / c'; import('./a.ts');",
    "const nested = `a ${b ? `c ${{ d: 'e' }.d}` : '}'} f`; import('./a.ts');",
    "text.replace(/\\/*$/, ''); import('./a.ts'); /* end */",
  ])('is not led astray by %j', (text) => {
    expect(imports(text)).toEqual([['dynamic', './a.ts']]);
  });

  test('names the line of each import', () => {
    const text =
      "/* one\n two */\nimport a from './a.ts';\n\nimport {\n  b,\n} from './b.ts';\n`\n\n`; import('./c.ts');";
    expect(importsOf(readSource(text)).map(({ line }) => line)).toEqual([3, 5, 10]);
  });

  test('refuses a text it cannot follow to its end', () => {
    expect(() => readSource("const a = 'open;")).toThrow('string without an end');
    expect(() => readSource('const a = `open')).toThrow('template without an end');
    expect(() => readSource('/* open')).toThrow('comment without an end');
  });
});
