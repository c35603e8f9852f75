import { GrammarError } from "../contracts/grammar.ts";
import { byFirstCharacter, choice, type Node, oneOf, type Rules, repeat, sequence, text } from "./ebnf.ts";
import { COLON, COMMA, listOf, moreOf, PLAIN, quoted, withinString } from "./json_text.ts";
import { type Range, without } from "./ranges.ts";
import { parseRegex } from "./regex.ts";
import { at, isSchema, matchesName, type Schema } from "./schema.ts";

/** What an object's grammar needs of the grammar around it. */
export interface Values {
  readonly rules: Rules;
  /** Any value that the schema accepts. */
  value(schema: unknown, path: string): Node;
  /** A key that the schema accepts, quotes included. */
  key(schema: unknown, path: string): Node;
}

interface Property {
  readonly node: Node;
  readonly required: boolean;
}

/** Pairs of a key and a value beyond the named properties. */
interface Others {
  readonly pair: Node;
}

/**
 * Objects with their properties in the schema's order. Properties that the schema does not name are only written where
 * it says that there may be some, or names none.
 */
export function objectNode(schema: Schema, path: string, values: Values): Node {
  const properties = propertiesOf(schema, path, values);
  const others = othersOf(schema, path, values);
  const least = count(schema, "minProperties", path) ?? 0;
  const most = count(schema, "maxProperties", path);
  const required = properties.filter((property) => property.required).length;
  if (most !== null && required > most) throw new GrammarError(at(path, "maxProperties"), "is less than is required");
  if (least > properties.length && !(others && least - properties.length <= 1)) {
    throw new GrammarError(at(path, "minProperties"), "is only supported up to the number of named properties");
  }
  if (others && most !== null && properties.length > 0) {
    throw new GrammarError(at(path, "maxProperties"), "is only supported without additionalProperties");
  }
  if (properties.length > 0 && !allowsNames(schema.propertyNames)) {
    throw new GrammarError(at(path, "propertyNames"), "is not supported beside properties");
  }
  if (properties.length === 0 && others)
    return sequence(text("{"), listOf(others.pair, least, most, "}", values.rules));
  const counted = { least, most: most ?? Number.POSITIVE_INFINITY };
  return sequence(text("{"), new Members(properties, others, counted, values.rules).from(0, 0));
}

/** The members from one property on, after so many others: a rule for each such state. */
class Members {
  readonly #properties: readonly Property[];
  readonly #others: Others | null;
  readonly #bounds: { readonly least: number; readonly most: number };
  readonly #rules: Rules;
  readonly #name: string;

  constructor(
    properties: readonly Property[],
    others: Others | null,
    bounds: { readonly least: number; readonly most: number },
    rules: Rules,
  ) {
    this.#properties = properties;
    this.#others = others;
    this.#bounds = bounds;
    this.#rules = rules;
    this.#name = rules.unique();
  }

  from(index: number, written: number): Node {
    const { least, most } = this.#bounds;
    const counted = Number.isFinite(most) ? written : Math.min(written, Math.max(1, least));
    return this.#rules.define(`members ${this.#name} ${index} ${counted}`, () => this.#make(index, counted));
  }

  #make(index: number, written: number): Node {
    const property = this.#properties[index];
    if (property === undefined) return this.#end(written);
    const { least, most } = this.#bounds;
    const comma = written > 0 ? text(COMMA) : text("");
    const items: Node[] = [];
    if (written < most) items.push(sequence(comma, property.node, this.from(index + 1, written + 1)));
    const left = this.#properties.slice(index + 1);
    const reachable = this.#others !== null || written + left.length >= least;
    if (!property.required && reachable) items.push(this.from(index + 1, written));
    return choice(items);
  }

  #end(written: number): Node {
    const missing = Math.max(0, this.#bounds.least - written);
    if (this.#others === null) return missing === 0 ? text("}") : oneOf();
    const { pair } = this.#others;
    if (written === 0) return listOf(pair, missing, null, "}", this.#rules);
    const more = moreOf(pair, "}", this.#rules);
    return missing === 0 ? more : sequence(text(COMMA), pair, more);
  }
}

function propertiesOf(schema: Schema, path: string, values: Values): Property[] {
  const named = optionalSchema(schema, "properties", path) ?? {};
  const patterns = optionalSchema(schema, "patternProperties", path) ?? {};
  const required = requiredOf(schema, path);
  const missing = [...required].filter((name) => !Object.hasOwn(named, name));
  const properties: Property[] = [];
  const add = (name: string, inner: unknown, where: string) => {
    const matching = Object.keys(patterns).filter((pattern) => matchesName(pattern, name, path));
    const all = [inner, ...matching.map((pattern) => patterns[pattern])].filter((each) => each !== true);
    const whole = all.length > 1 ? { allOf: all } : (all[0] ?? true);
    if (whole === false && required.has(name)) throw new GrammarError(where, "is required, but allows no value");
    if (whole === false) return;
    const node = sequence(text(JSON.stringify(name) + COLON), values.value(whole, where));
    properties.push({ node, required: required.has(name) });
  };
  for (const [name, inner] of Object.entries(named)) add(name, inner, at(path, "properties", name));
  for (const name of missing) {
    const where = at(path, "required");
    const isPatterned = Object.keys(patterns).some((pattern) => matchesName(pattern, name, path));
    add(name, isPatterned ? true : (schema.additionalProperties ?? schema.unevaluatedProperties ?? true), where);
  }
  return properties;
}

function requiredOf({ required = [] }: Schema, path: string): ReadonlySet<string> {
  if (Array.isArray(required) && required.every((name) => typeof name === "string")) return new Set(required);
  throw new GrammarError(at(path, "required"), "must be a list of strings");
}

/** Null: none are written. */
function othersOf(schema: Schema, path: string, values: Values): Others | null {
  const { additionalProperties, unevaluatedProperties, propertyNames } = schema;
  const named = optionalSchema(schema, "properties", path) ?? {};
  const patterns = Object.entries(optionalSchema(schema, "patternProperties", path) ?? {});
  if (patterns.length > 0) {
    if (Object.keys(named).length > 0) return null;
    if (patterns.length > 1) {
      throw new GrammarError(at(path, "patternProperties"), "with several patterns is not supported");
    }
    if (propertyNames !== undefined) {
      throw new GrammarError(at(path, "propertyNames"), "is not supported beside patternProperties");
    }
    const [[pattern, inner]] = patterns as [[string, unknown]];
    const where = at(path, "patternProperties", pattern);
    if (inner === false) return null;
    return { pair: pair(quoted(parseRegex(pattern, withinString, where)), values.value(inner, where)) };
  }
  const taken = new Set([...Object.keys(named), ...requiredOf(schema, path)]);
  const isFree = taken.size === 0 && unevaluatedProperties !== false;
  const inner = additionalProperties ?? isFree;
  if (inner === false) return null;
  const value = () => values.value(inner, at(path, "additionalProperties"));
  if (propertyNames !== undefined) {
    return { pair: pair(values.key(propertyNames, at(path, "propertyNames")), value()) };
  }
  return {
    pair: pair(
      values.rules.define(`keys but ${JSON.stringify([...taken])}`, () => keysBut(taken)),
      value(),
    ),
  };
}

/** Whether it says nothing: names are strings. */
function allowsNames(schema: unknown): boolean {
  return schema === undefined || schema === true || JSON.stringify(schema) === '{"type":"string"}';
}

function pair(key: Node, value: Node): Node {
  return sequence(key, text(COLON), value);
}

/** Keys without escapes that are none of `names`. Where a name has characters beyond ASCII, other keys have none. */
function keysBut(names: ReadonlySet<string>): Node {
  const isAscii = (name: string) => /^[ -~]*$/.test(name);
  const characters = [...names].every(isAscii) ? PLAIN : without(PLAIN, [[0x80, 0x10ffff]]);
  const rest = repeat(oneOf(...characters), 0, null);
  const content = (suffixes: readonly string[]): Node => {
    const heads = byFirstCharacter(suffixes.filter((suffix) => suffix !== ""));
    const taken = [...heads.keys()].map((head): Range => [head.charCodeAt(0), head.charCodeAt(0)]);
    const items: Node[] = [sequence(oneOf(...without(characters, taken)), rest)];
    for (const [head, tails] of heads) items.push(sequence(text(head), content(tails.map((tail) => tail.slice(1)))));
    if (!suffixes.includes("")) items.push(text(""));
    return choice(items);
  };
  return quoted(content([...names].filter((name) => isAscii(name) && !/["\\]/.test(name))));
}

function optionalSchema(schema: Schema, keyword: string, path: string): Schema | null {
  const value = schema[keyword];
  if (value === undefined) return null;
  if (isSchema(value)) return value;
  throw new GrammarError(at(path, keyword), "must be an object");
}

function count(schema: Schema, keyword: string, path: string): number | null {
  const value = schema[keyword];
  if (value === undefined) return null;
  if (Number.isInteger(value) && (value as number) >= 0) return value as number;
  throw new GrammarError(at(path, keyword), "must be an integer of at least 0");
}
