import { GrammarError } from "../contracts/grammar.ts";
import { choice, type Node, oneOfTexts, Rules, repeat, sequence, text } from "./ebnf.ts";
import { excludes } from "./excludes.ts";
import { type Bounds, integers, multiples, numbers } from "./json_number.ts";
import { objectNode, type Values } from "./json_object.ts";
import { stringNode } from "./json_string.ts";
import { COMMA, jsonText, listOf, moreOf } from "./json_text.ts";
import { allowedValues } from "./listed_values.ts";
import { checkSeals } from "./merge_members.ts";
import { mergeSchemas } from "./merge_schemas.ts";
import { referencesFromRoot } from "./references.ts";
import { at, constraints, isSchema, type Schema, TYPES, type Type, typeOf, typesOf } from "./schema.ts";

const MAX_DEPTH = 64;
const MAX_ITEMS = 4096;

/**
 * EBNF of JSON texts that the schema accepts; not of all of them, but whatever is written is valid. Throws GrammarError
 * with the path of what is malformed, not supported, or cannot be satisfied.
 */
export function jsonSchemaGrammar(schema: unknown): string {
  const root = referencesFromRoot(schema);
  const grammar = new SchemaGrammar(root);
  return grammar.rules.print(grammar.value(root, ""));
}

class SchemaGrammar implements Values {
  readonly rules = new Rules();
  readonly #root: unknown;
  #depth = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  value(schema: unknown, path: string): Node {
    if (schema === true) return this.#any();
    if (schema === false) throw new GrammarError(path, "allows no value");
    if (!isSchema(schema)) throw new GrammarError(path, "must be a schema: an object or a boolean");
    return this.#deeper(path, () => {
      const known = constraints(schema, path);
      if (Object.keys(known).length === 0) return this.#any();
      return this.rules.define(JSON.stringify(known), () => this.#node(known, path));
    });
  }

  key(schema: unknown, path: string): Node {
    if (schema === true) return stringNode({}, path, this.rules);
    if (!isSchema(schema)) throw new GrammarError(path, "must be a schema that allows strings");
    const { enum: values, const: value, ...rest } = constraints(this.resolve(schema, path), path);
    if (value !== undefined || values !== undefined) {
      const names = (value === undefined ? values : [value]) as unknown[];
      return choice(names.map((name) => text(JSON.stringify(String(name)))));
    }
    const other = Object.keys(rest).find(
      (name) => !["type", "minLength", "maxLength", "pattern", "format"].includes(name),
    );
    if (other !== undefined) throw new GrammarError(at(path, other), "is not supported for names");
    return stringNode(rest, path, this.rules);
  }

  /** The schema that a reference leads to, merged with what stands beside it; `schema` itself where there is none. */
  resolve(schema: Schema, path: string): Schema {
    let current = schema;
    const seen = new Set<unknown>();
    while (current.$ref !== undefined) {
      const { $ref, ...beside } = current;
      if (seen.has($ref)) throw new GrammarError(at(path, "$ref"), "leads back to itself");
      seen.add($ref);
      const target = this.#target($ref, at(path, "$ref"));
      if (target === false) throw new GrammarError(at(path, "$ref"), "leads to a schema that allows no value");
      const inner = constraints(target === true ? {} : target, path);
      checkSeals(inner, [beside], path);
      const merged = mergeSchemas(inner, constraints(beside, path), path);
      if (merged === false) throw new GrammarError(path, "allows no value");
      current = merged;
    }
    return current;
  }

  #target(reference: unknown, path: string): Schema | boolean {
    if (typeof reference !== "string" || !/^#(\/|$)/.test(reference)) {
      throw new GrammarError(path, "leads out of the schema, which is not supported");
    }
    let target: unknown = this.#root;
    for (const step of reference.split("/").slice(1)) {
      const name = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
      target =
        typeof target === "object" && target !== null && Object.hasOwn(target, name)
          ? (target as Schema)[name]
          : undefined;
    }
    if (isSchema(target) || typeof target === "boolean") return target;
    throw new GrammarError(path, `${reference.slice(0, 100)} leads to no schema`);
  }

  #node(schema: Schema, path: string): Node {
    const { $ref, allOf, anyOf, oneOf, ...rest } = schema;
    // A reference alone is a rule of its own, so that recursion ends.
    if ($ref !== undefined && Object.keys(schema).length === 1)
      return this.value(this.#target($ref, at(path, "$ref")), path);
    if ($ref !== undefined) return this.value(this.resolve(schema, path), path);
    if (allOf !== undefined)
      return this.#all(checkedList(allOf, at(path, "allOf")), { ...rest, ...pick({ anyOf, oneOf }) }, path);
    if (anyOf !== undefined)
      return this.#some(
        checkedList(anyOf, at(path, "anyOf")),
        { ...rest, ...pick({ oneOf }) },
        at(path, "anyOf"),
        false,
      );
    if (oneOf !== undefined) return this.#some(checkedList(oneOf, at(path, "oneOf")), rest, at(path, "oneOf"), true);
    return this.#typed(rest, path);
  }

  #all(parts: readonly unknown[], rest: Schema, path: string): Node {
    let whole: Schema = rest;
    for (const [i, part] of parts.entries()) {
      const where = at(path, "allOf", i);
      if (part === true) continue;
      if (!isSchema(part)) throw new GrammarError(where, part === false ? "allows no value" : "must be a schema");
      const resolved = constraints(this.resolve(constraints(part, where), where), where);
      checkSeals(resolved, [rest, ...(parts.filter((each) => isSchema(each) && each !== part) as Schema[])], where);
      const merged = mergeSchemas(whole, resolved, where);
      if (merged === false) throw new GrammarError(where, "allows no value that the schemas beside it allow");
      whole = merged;
    }
    return this.value(whole, path);
  }

  #some(branches: readonly unknown[], rest: Schema, path: string, onlyOne: boolean): Node {
    const open: Schema[] = [];
    for (const [i, branch] of branches.entries()) {
      const where = at(path, i);
      if (branch === false) continue;
      if (branch !== true && !isSchema(branch)) throw new GrammarError(where, "must be a schema");
      const resolved = branch === true ? {} : constraints(this.resolve(constraints(branch, where), where), where);
      checkSeals(resolved, [rest], where);
      const merged = mergeSchemas(rest, resolved, where);
      if (merged !== false) open.push(merged);
    }
    if (open.length === 0) throw new GrammarError(path, "allows no value");
    if (onlyOne) this.#checkDisjoint(open, path);
    return choice(open.map((branch, i) => this.value(branch, at(path, i))));
  }

  #checkDisjoint(branches: readonly Schema[], path: string): void {
    for (const [i, written] of branches.entries()) {
      for (const [j, other] of branches.entries()) {
        if (i === j || excludes(other, written, (schema) => this.resolve(schema, path))) continue;
        const message = `branches ${Math.min(i, j)} and ${Math.max(i, j)} may both be valid; use anyOf, or tell them apart by a required const`;
        throw new GrammarError(path, message);
      }
    }
  }

  #typed(schema: Schema, path: string): Node {
    const types = typesOf(schema, path);
    if (Object.hasOwn(schema, "const")) return this.#values([schema.const], schema, types, path);
    if (schema.enum !== undefined) return this.#values(checkedList(schema.enum, at(path, "enum")), schema, types, path);
    return choice((types ?? TYPES).map((type) => this.#ofType(type, schema, path)));
  }

  #values(values: readonly unknown[], schema: Schema, types: readonly Type[] | null, path: string): Node {
    const { const: _, enum: listed, type, nullable, ...beside } = schema;
    const allowed = allowedValues(values, beside, path).filter((value) => {
      if (
        Object.hasOwn(schema, "const") &&
        Array.isArray(listed) &&
        !listed.some((each) => jsonText(each) === jsonText(value))
      )
        return false;
      const own = typeOf(value);
      return types === null || types.includes(own) || (own === "integer" && types.includes("number"));
    });
    if (allowed.length === 0) throw new GrammarError(path, "allows no value");
    return oneOfTexts(allowed.map(jsonText));
  }

  #ofType(type: Type, schema: Schema, path: string): Node {
    switch (type) {
      case "null":
        return text("null");
      case "boolean":
        return choice([text("true"), text("false")]);
      case "string":
        return stringNode(schema, path, this.rules);
      case "object":
        return objectNode(schema, path, this);
      case "array":
        return this.#array(schema, path);
      default:
        return this.#number(type, schema, path);
    }
  }

  #array(schema: Schema, path: string): Node {
    const { prefixItems, items, additionalItems, unevaluatedItems } = schema;
    const isTuple = Array.isArray(items);
    const first = checkedList(isTuple ? items : (prefixItems ?? []), at(path, isTuple ? "items" : "prefixItems"), true);
    const free = first.length === 0 && unevaluatedItems !== false;
    const others = (isTuple ? additionalItems : items) ?? free;
    const least = size(schema, "minItems", path) ?? 0;
    const declared = size(schema, "maxItems", path) ?? Number.POSITIVE_INFINITY;
    const whole = [...first, others];
    const most = Math.min(declared, whole.includes(false) ? whole.indexOf(false) : Number.POSITIVE_INFINITY);
    if (least > most) throw new GrammarError(at(path, "minItems"), "is more than the array can have");
    const heads = first
      .slice(0, Math.min(first.length, most))
      .map((item, i) => this.value(item, at(path, "prefixItems", i)));
    const tail = most > first.length ? this.value(others, at(path, "items")) : null;
    return sequence(text("["), elements(heads, tail, least, most, this.rules));
  }

  #number(type: "integer" | "number", schema: Schema, path: string): Node {
    const bounds = boundsOf(schema, path);
    const { multipleOf } = schema;
    if (multipleOf !== undefined) {
      const zeros = Math.round(Math.log10(multipleOf as number));
      const isPower =
        typeof multipleOf === "number" && multipleOf >= 1 && multipleOf <= 1e9 && 10 ** zeros === multipleOf;
      if (!isPower) throw new GrammarError(at(path, "multipleOf"), "is only supported as a power of ten from 1 on");
      const node = multiples(bounds, zeros);
      if (node) return node;
    }
    const node = multipleOf === undefined ? (type === "integer" ? integers(bounds) : numbers(bounds)) : null;
    if (node === null) throw new GrammarError(path, "allows no number that is written with few digits");
    return node;
  }

  #any(): Node {
    return this.rules.define("any value", () => {
      const kinds: readonly Type[] = ["object", "array", "string", "number", "boolean", "null"];
      return choice(kinds.map((type) => this.#ofType(type, {}, "")));
    });
  }

  #deeper(path: string, make: () => Node): Node {
    if (++this.#depth > MAX_DEPTH) throw new GrammarError(path, `is nested deeper than ${MAX_DEPTH} schemas`);
    const node = make();
    this.#depth--;
    return node;
  }
}

/** The first ones by their places, then any number of `tail`, null where there is none, and the closing bracket. */
function elements(heads: readonly Node[], tail: Node | null, least: number, most: number, rules: Rules): Node {
  const limit = Number.isFinite(most) ? most : null;
  if (heads.length === 0) return tail === null ? text("]") : listOf(tail, least, limit, "]", rules);
  const [from, to] = [Math.max(0, least - heads.length), limit === null ? null : limit - heads.length];
  let rest: Node = text("]");
  if (tail && from === 0 && to === null) rest = moreOf(tail, "]", rules);
  else if (tail) rest = sequence(repeat(sequence(text(COMMA), tail), from, to), text("]"));
  for (let i = heads.length - 1; i >= 0; i--) {
    const whole = sequence(text(i > 0 ? COMMA : ""), heads[i]!, rest);
    rest = i >= least ? choice([whole, text("]")]) : whole;
  }
  return rest;
}

function boundsOf(schema: Schema, path: string): Bounds {
  const read = (keyword: string): number | null => {
    const value = schema[keyword];
    if (value === undefined || typeof value === "boolean") return null;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw new GrammarError(at(path, keyword), "must be a number");
  };
  const [minimum, maximum] = [read("minimum") ?? Number.NEGATIVE_INFINITY, read("maximum") ?? Number.POSITIVE_INFINITY];
  const over = read("exclusiveMinimum") ?? (schema.exclusiveMinimum === true ? minimum : Number.NEGATIVE_INFINITY);
  const under = read("exclusiveMaximum") ?? (schema.exclusiveMaximum === true ? maximum : Number.POSITIVE_INFINITY);
  return {
    least: Math.max(minimum, over),
    most: Math.min(maximum, under),
    above: over >= minimum && Number.isFinite(over),
    below: under <= maximum && Number.isFinite(under),
  };
}

function checkedList(value: unknown, path: string, mayBeEmpty = false): readonly unknown[] {
  if (Array.isArray(value) && (mayBeEmpty || value.length > 0)) return value;
  throw new GrammarError(path, "must be a list that is not empty");
}

function size(schema: Schema, keyword: string, path: string): number | null {
  const value = schema[keyword];
  if (value === undefined) return null;
  if (!(Number.isInteger(value) && (value as number) >= 0)) {
    throw new GrammarError(at(path, keyword), "must be an integer of at least 0");
  }
  if (keyword === "minItems" && (value as number) > MAX_ITEMS) {
    throw new GrammarError(at(path, keyword), `is more than ${MAX_ITEMS}, the most that is supported`);
  }
  return Math.min(value as number, MAX_ITEMS);
}

function pick(fields: Schema): Schema {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
