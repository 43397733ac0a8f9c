/** XML Schema, as far as OCPP uses it, read into the model of `model.ts`. What it does not know it reports. */

import type { Field, Group, Leaf } from './model.ts';
import { builtin, HARMLESS_FACETS, XSD } from './wsdl-builtins.ts';
import { attribute, contentOf, type QName, qname, type WsdlDefinitions, type WsdlNode } from './wsdl-node.ts';

const ANY: Leaf = { kind: 'leaf', base: 'any' };

/** Reads global elements of one WSDL. `report` gets each fault once: where it is, what it is. */
export class SchemaReader {
  readonly #definitions: WsdlDefinitions;
  readonly #report: (where: string, problem: string) => void;
  readonly #groups = new Map<string, Group | 'open'>();
  readonly #unqualified = new Set<string>();

  constructor(definitions: WsdlDefinitions, report: (where: string, problem: string) => void) {
    this.#definitions = definitions;
    this.#report = report;
  }

  /** The content of a global element, which must be an object; undefined after a report. */
  element(name: QName): Group | undefined {
    const namespace = this.#schemaNamespace(name, attribute(this.#definitions, 'targetNamespace'));
    const node = this.#definitions.schemas[namespace]?.elements[name.local];
    if (node === undefined) {
      this.#report(name.local, 'the element is not declared in any schema of the file');
      return undefined;
    }
    const type = this.#typeOf(node, namespace, name.local, name.local);
    if (type.kind === 'group') return type;
    if (type !== ANY) this.#report(name.local, 'the element holds text; a message must hold elements');
    return undefined;
  }

  /** The namespace that an element name lies in. */
  namespaceOf(name: QName): string {
    return this.#schemaNamespace(name, attribute(this.#definitions, 'targetNamespace'));
  }

  #schemaNamespace(name: QName, home: string | undefined): string {
    return name.namespace ?? home ?? '';
  }

  /** The type of an element or attribute: named, or written inside it. */
  #typeOf(node: WsdlNode, home: string, inlineName: string, where: string): Leaf | Group {
    const named = attribute(node, 'type');
    if (named !== undefined) return this.#namedType(qname(node, this.#definitions, named), named, home, where);
    for (const child of contentOf(node)) {
      if (child.name === 'simpleType') return this.#simpleType(child, home, where);
      if (child.name === 'complexType') return this.#complexType(child, home, inlineName, where);
    }
    return this.#unsupported(where, 'has no type');
  }

  #namedType(name: QName, text: string, home: string, where: string): Leaf | Group {
    const namespace = this.#schemaNamespace(name, home);
    const schema = this.#definitions.schemas[namespace];
    const simple = schema?.types[name.local];
    if (simple !== undefined) return this.#simpleType(simple, namespace, name.local);
    const complex = schema?.complexTypes[name.local];
    if (complex !== undefined) {
      if (namespace !== home) {
        return this.#unsupported(where, `type ${text} lies in another namespace, and so would its elements`);
      }
      return this.#namedGroup(complex, namespace, name.local);
    }
    // Without a prefix it may be a built-in type under a default namespace.
    if (name.namespace !== undefined && name.namespace !== XSD)
      return this.#unsupported(where, `type ${text} is not declared`);
    const base = builtin(name.local);
    if (base === undefined) return this.#unsupported(where, `type ${text} is not supported`);
    return { kind: 'leaf', base };
  }

  #namedGroup(node: WsdlNode, namespace: string, local: string): Leaf | Group {
    const key = `${namespace} ${local}`;
    const known = this.#groups.get(key);
    if (known === 'open') return this.#unsupported(local, 'the type contains itself');
    if (known !== undefined) return known;
    this.#groups.set(key, 'open');
    const group = this.#complexType(node, namespace, local, local);
    this.#groups.set(key, group);
    return group;
  }

  #simpleType(node: WsdlNode, home: string, where: string): Leaf {
    const [restriction] = contentOf(node);
    if (restriction?.name !== 'restriction') {
      this.#unsupported(where, `xs:${restriction?.name ?? 'simpleType'} without a restriction is not supported`);
      return ANY;
    }
    const base = this.#restricted(restriction, home, where);
    if (base.kind === 'group') {
      this.#unsupported(where, 'a simple type cannot restrict a complex one');
      return ANY;
    }
    return this.#narrow(base, restriction, where);
  }

  #restricted(restriction: WsdlNode, home: string, where: string): Leaf | Group {
    const base = attribute(restriction, 'base');
    if (base !== undefined) return this.#namedType(qname(restriction, this.#definitions, base), base, home, where);
    const inline = contentOf(restriction).find((child) => child.name === 'simpleType');
    return inline ? this.#simpleType(inline, home, where) : this.#unsupported(where, 'the restriction has no base');
  }

  #narrow(base: Leaf, restriction: WsdlNode, where: string): Leaf {
    const words: string[] = [];
    let { maxLength, fractionDigits } = base;
    for (const facet of contentOf(restriction)) {
      const value = attribute(facet, 'value') ?? '';
      if (facet.name === 'enumeration') words.push(value);
      else if (facet.name === 'maxLength' || facet.name === 'length') maxLength = least(maxLength, Number(value));
      else if (facet.name === 'fractionDigits') fractionDigits = least(fractionDigits, Number(value));
      else if (facet.name !== 'simpleType' && !HARMLESS_FACETS.has(facet.name ?? '')) {
        this.#unsupported(where, `xs:${facet.name} is not supported here`);
      }
    }
    return {
      ...base,
      ...(words.length > 0 && { words }),
      ...(maxLength !== undefined && { maxLength }),
      ...(fractionDigits !== undefined && { fractionDigits }),
    };
  }

  #complexType(node: WsdlNode, home: string, name: string, where: string): Group {
    const fields: Field[] = [];
    let text: Leaf | undefined;
    for (const child of contentOf(node)) {
      if (child.name === 'simpleContent' || child.name === 'complexContent') {
        const base = this.#extension(child, home, name, where);
        text = base?.text;
        fields.push(...(base?.fields ?? []));
      } else fields.push(...this.#particle(child, home, where, true));
    }
    return { kind: 'group', name, fields, ...(text && { text }) };
  }

  /** `simpleContent` and `complexContent`: what the base has, then what the extension adds. */
  #extension(content: WsdlNode, home: string, name: string, where: string): Group | undefined {
    const [extension] = contentOf(content);
    const base = extension && attribute(extension, 'base');
    if (extension?.name !== 'extension' || base === undefined) {
      this.#unsupported(where, `xs:${content.name} without an extension is not supported`);
      return undefined;
    }
    const type = this.#namedType(qname(extension, this.#definitions, base), base, home, where);
    const added = contentOf(extension).flatMap((child) => this.#particle(child, home, where, true));
    const text = type.kind === 'leaf' ? type : type.text;
    const inherited = type.kind === 'leaf' ? [] : type.fields;
    return { kind: 'group', name, fields: [...inherited, ...added], ...(text && { text }) };
  }

  /** Fields of one part of a type. `required` is false inside an optional sequence. */
  #particle(node: WsdlNode, home: string, where: string, required: boolean): Field[] {
    switch (node.name) {
      case 'sequence':
      case 'all': {
        const { min, max } = this.#occurrence(node, where);
        if (max !== 1) this.#unsupported(where, `a repeated xs:${node.name} is not supported`);
        return contentOf(node).flatMap((child) => this.#particle(child, home, where, required && min > 0));
      }
      case 'element':
        return this.#field(node, home, where, required);
      case 'attribute':
        return this.#attributeField(node, home, where);
      default:
        this.#unsupported(where, `xs:${node.name} is not supported`);
        return [];
    }
  }

  #field(node: WsdlNode, home: string, where: string, required: boolean): Field[] {
    const reference = attribute(node, 'ref');
    const target = reference === undefined ? undefined : qname(node, this.#definitions, reference);
    const name = target?.local ?? attribute(node, 'name');
    if (name === undefined) {
      this.#unsupported(where, 'an element has no name');
      return [];
    }
    const path = `${where}.${name}`;
    const { min, max } = this.#occurrence(node, path);
    if (max === 0) return [];
    const referred = target && this.#definitions.schemas[this.#schemaNamespace(target, home)]?.elements[name];
    if (target && (referred === undefined || this.#schemaNamespace(target, home) !== home)) {
      this.#unsupported(path, `element ${reference} is not declared in this namespace`);
      return [];
    }
    if (!target) this.#mustBeQualified(node, home);
    const type = this.#typeOf(referred ?? node, home, path, path);
    return [{ name, type, min: required ? min : 0, max, list: max > 1 }];
  }

  #attributeField(node: WsdlNode, home: string, where: string): Field[] {
    const name = attribute(node, 'name');
    const use = attribute(node, 'use');
    if (use === 'prohibited') return [];
    if (name === undefined) {
      this.#unsupported(where, 'a reference to an attribute is not supported');
      return [];
    }
    const path = `${where}.@${name}`;
    const type = this.#typeOf(node, home, path, path);
    return [{ name: `@${name}`, type, min: use === 'required' ? 1 : 0, max: 1, list: false }];
  }

  #occurrence(node: WsdlNode, where: string): { min: number; max: number } {
    const least = attribute(node, 'minOccurs') ?? '1';
    const most = attribute(node, 'maxOccurs') ?? '1';
    if (!/^\d+$/.test(least) || !/^(\d+|unbounded)$/.test(most)) {
      this.#report(where, `minOccurs="${least}" maxOccurs="${most}" is not a number of times`);
    }
    return { min: Number(least), max: most === 'unbounded' ? Number.POSITIVE_INFINITY : Number(most) };
  }

  /** The writer puts every field into the message's namespace. */
  #mustBeQualified(node: WsdlNode, home: string): void {
    const schema = this.#definitions.schemas[home];
    const form = attribute(node, 'form') ?? (schema && attribute(schema, 'elementFormDefault'));
    if (form === 'qualified' || this.#unqualified.has(home)) return;
    this.#unqualified.add(home);
    this.#report(`schema ${home}`, 'elementFormDefault must be "qualified"');
  }

  #unsupported(where: string, problem: string): Leaf {
    this.#report(where, problem);
    return ANY;
  }
}

function least(one: number | undefined, other: number): number {
  return one === undefined ? other : Math.min(one, other);
}
