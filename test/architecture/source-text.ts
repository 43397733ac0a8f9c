/** Reads TypeScript as text: which modules a file imports, and its code without comments and string contents. */

export type ImportForm =
  | 'static'
  | 'type'
  | 'side-effect'
  | 'export'
  | 'dynamic'
  | 'type-query'
  | 'require'
  | 'resolve';

export interface Import {
  readonly form: ImportForm;
  /** As written; undefined when the module's name is computed at run time. */
  readonly from: string | undefined;
  readonly line: number;
}

export interface Source {
  /** The code; comments are blanks, the n-th string is `"n"`, a regular expression is `/ /`. Line breaks stay. */
  readonly code: string;
  readonly strings: readonly string[];
}

/** After one of these a slash opens a regular expression; after anything else it divides. */
const BEFORE_REGEX = /(?:^|[=(,:;[{}!&|?+\-*%<>~^\n]|\b(?:return|typeof|case|in|of|delete|void|throw|await|yield))\s*$/;

/** Blanks what is not code. Throws when a string or a comment has no end: the scan went astray and nothing it says is true. */
export function readSource(text: string): Source {
  const strings: string[] = [];
  /** Brace depth at which each open `${` ends. */
  const holes: number[] = [];
  let code = '';
  let depth = 0;
  let at = 0;

  const until = (close: string, what: string): string => {
    for (let end = at; end < text.length; end++) {
      if (text[end] === '\\') end++;
      else if (text.startsWith(close, end)) {
        const inner = text.slice(at, end);
        at = end + close.length;
        return inner;
      }
    }
    throw new Error(`${what} without an end near: ${text.slice(at - 1, at + 40)}`);
  };
  const lineBreaks = (inner: string): string => '\n'.repeat(inner.split('\n').length - 1);
  const addString = (inner: string): void => {
    code += `"${strings.push(inner) - 1}"${lineBreaks(inner)}`;
  };
  /** The text part of a template, up to its end or its next hole. */
  const template = (): void => {
    for (let end = at; end < text.length; end++) {
      if (text[end] === '\\') end++;
      else if (text[end] === '`' || text.startsWith('${', end)) {
        const hole = text[end] !== '`';
        addString(text.slice(at, end));
        at = end + (hole ? 2 : 1);
        if (hole) {
          code += '+(';
          holes.push(depth);
        }
        return;
      }
    }
    throw new Error('template without an end');
  };
  const regex = (): void => {
    for (let end = at, inClass = false; end < text.length && text[end] !== '\n'; end++) {
      const character = text[end];
      if (character === '\\') end++;
      else if (character === '[') inClass = true;
      else if (character === ']') inClass = false;
      else if (character === '/' && !inClass) {
        at = end + 1;
        code += '/ /';
        return;
      }
    }
    code += '/';
  };

  while (at < text.length) {
    const character = text.charAt(at++);
    const next = text[at];
    if (character === '/' && next === '/') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (character === '/' && next === '*') {
      at++;
      const end = text.indexOf('*/', at);
      if (end < 0) throw new Error('comment without an end');
      code += ` ${lineBreaks(text.slice(at, end))}`;
      at = end + 2;
    } else if (character === "'" || character === '"') addString(until(character, 'string'));
    else if (character === '`') template();
    else if (character === '/' && BEFORE_REGEX.test(code.slice(-20))) regex();
    else if (character === '{') {
      depth++;
      code += character;
    } else if (character === '}' && holes.at(-1) === depth) {
      holes.pop();
      code += ')+';
      template();
    } else {
      if (character === '}') depth--;
      code += character;
    }
  }
  return { code, strings };
}

/** No property of something else, no part of a longer name. */
const START = String.raw`(?<![.\w$])`;
const PATTERNS: readonly [pattern: RegExp, form: (found: string) => ImportForm][] = [
  [
    new RegExp(String.raw`${START}(?:import|export)\b(?!\s*[.(])[^"();=]*?(?<![\w$])from\s*"(\d+)"`, 'g'),
    (found) =>
      /^\w+\s+type\b(?!\s*(?:,|from\b))/.test(found) ? 'type' : found.startsWith('export') ? 'export' : 'static',
  ],
  [new RegExp(String.raw`${START}import\s*"(\d+)"`, 'g'), () => 'side-effect'],
  // After a colon, `typeof`, `<`, `|`, `&` or in a type alias, `import('…')` names a type; only `.Name` behind it tells surely.
  [
    new RegExp(String.raw`${START}import\s*\(\s*(?:"(\d+)"\s*[,)](?:\s*\.\s*[A-Z])?)?`, 'g'),
    (found) => (/\.\s*[A-Z]$/.test(found) ? 'type-query' : 'dynamic'),
  ],
  [new RegExp(String.raw`${START}require\s*(?:\.\s*resolve\s*)?\(\s*(?:"(\d+)"\s*[,)])?`, 'g'), () => 'require'],
  [/\bimport\s*\.\s*meta\s*\.\s*resolve\s*\(\s*(?:"(\d+)"\s*[,)])?/g, () => 'resolve'],
];

/** Every import of a file, in the order of the lines. */
export function importsOf({ code, strings }: Source): Import[] {
  const found: Import[] = [];
  for (const [pattern, form] of PATTERNS) {
    for (const match of code.matchAll(pattern)) {
      const index = match[1];
      found.push({
        form: form(match[0]),
        from: index === undefined ? undefined : strings[Number(index)],
        line: code.slice(0, match.index).split('\n').length,
      });
    }
  }
  return found.sort((a, b) => a.line - b.line);
}
