import { type Facts, fits } from './placeholders.ts';
import { bodyOf, isEnvelope, type XmlTree } from './xml-tree.ts';

/** One line for each difference: names, namespaces, order, attributes and texts count; prefixes and layout do not. */
export function xmlDifferences(wanted: XmlTree, got: XmlTree, facts: Facts): string[] {
  // A sample that shows only the body says nothing about the envelope.
  const part = isEnvelope(wanted) ? got : bodyOf(got);
  if (part === undefined) return ['the Body is empty'];
  return differences(wanted, part, facts, `<${wanted.name}>`);
}

function differences(wanted: XmlTree, got: XmlTree, facts: Facts, path: string): string[] {
  if (wanted.name !== got.name) return [`${path}: wanted <${wanted.name}>, got <${got.name}>`];
  const found: string[] = [];
  if (!fits(wanted.namespace, got.namespace, facts))
    found.push(`${path}: wanted the namespace "${wanted.namespace}", got "${got.namespace}"`);
  for (const name of new Set([...Object.keys(wanted.attributes), ...Object.keys(got.attributes)])) {
    const [want, have] = [wanted.attributes[name], got.attributes[name]];
    if (want === undefined) found.push(`${path} has the attribute ${name}="${have}" too much`);
    else if (have === undefined) found.push(`${path} lacks the attribute ${name}="${want}"`);
    else if (!fits(want, have, facts)) found.push(`${path} ${name}: wanted "${want}", got "${have}"`);
  }
  if (wanted.children.length === 0 && got.children.length === 0) {
    const [want, have] = [wanted.text, got.text];
    if (!fits(want, have, facts)) found.push(`${path}: wanted "${want}", got "${have}"`);
  }
  return [...found, ...childDifferences(wanted, got, facts, path)];
}

function childDifferences(wanted: XmlTree, got: XmlTree, facts: Facts, path: string): string[] {
  const want = wanted.children.map((child) => child.name).join(' ');
  const have = got.children.map((child) => child.name).join(' ');
  if (want !== have) return [`${path}: wanted the elements [${want}], got [${have}]`];
  return wanted.children.flatMap((child, index) => {
    const other = got.children[index];
    const twin = wanted.children.filter(({ name }) => name === child.name).length > 1 ? `[${index}]` : '';
    return other ? differences(child, other, facts, `${path}<${child.name}>${twin}`) : [];
  });
}
