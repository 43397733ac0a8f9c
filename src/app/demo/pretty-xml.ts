/** The body of a SOAP message as a person wants to read it: no envelope, no headers, no namespaces, one leaf a line. */

interface Node {
  readonly name: string;
  readonly attributes: string;
  readonly children: Node[];
  text: string;
}

/**
 * Lines of the body element, indented by two, small elements on one line of at most `width`; a text that is no envelope
 * comes back as its own first lines.
 */
export function prettyBody(envelope: string, width: number): string[] {
  const root = parse(envelope);
  const body = root && descend(root, 'Body');
  const content = body?.children[0];
  return content ? lines(content, '', width) : envelope.trim().split('\n').slice(0, 5);
}

/**
 * A parser for showing only: it reads what a bridge or a charge point of ours has written, keeps no namespaces and
 * checks nothing. Messages are read by the codec.
 */
function parse(xml: string): Node | undefined {
  const root: Node = { name: '', attributes: '', children: [], text: '' };
  const stack = [root];
  for (const [token] of xml.matchAll(/<!--[\s\S]*?-->|<[^>]+>|[^<]+/g)) {
    const parent = stack.at(-1);
    if (!parent) return undefined;
    if (token.startsWith('<?') || token.startsWith('<!')) continue;
    if (!token.startsWith('<')) {
      parent.text += token;
      continue;
    }
    if (token.startsWith('</')) {
      stack.pop();
      continue;
    }
    const [, name = '', rest = ''] = /^<(?:[^\s:/>]+:)?([^\s/>]+)([\s\S]*?)\/?>$/.exec(token) ?? [];
    const node: Node = { name, attributes: attributesOf(rest), children: [], text: '' };
    parent.children.push(node);
    if (!token.endsWith('/>')) stack.push(node);
  }
  return root.children[0];
}

function attributesOf(text: string): string {
  return [...text.matchAll(/([^\s=]+)\s*=\s*("[^"]*"|'[^']*')/g)]
    .filter(([, name = '']) => !/^xmlns|^xsi:|:mustUnderstand$/.test(name))
    .map(([, name = '', value = '']) => ` ${name}=${value}`)
    .join('');
}

function descend(node: Node, name: string): Node | undefined {
  return node.name === name ? node : node.children.map((child) => descend(child, name)).find((found) => found);
}

function lines(node: Node, indent: string, width: number): string[] {
  const { name, attributes, children } = node;
  const flat = oneLine(node);
  const small = children.length <= (indent === '' ? 1 : 3) && children.every((child) => child.children.length === 0);
  if (children.length === 0 || (small && indent.length + flat.length <= width)) return [indent + flat];
  const inner = children.flatMap((child) => lines(child, `${indent}  `, width));
  return [`${indent}<${name}${attributes}>`, ...inner, `${indent}</${name}>`];
}

function oneLine({ name, attributes, children, text }: Node): string {
  const content = children.length > 0 ? children.map(oneLine).join('') : text.trim();
  return content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;
}
