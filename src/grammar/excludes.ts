import { isSchema, type Schema, typesOf } from "./schema.ts";

const MAX_DEPTH = 4;

/**
 * Whether nothing that is written for schema `written` can be valid for schema `other`: their types or values differ,
 * or a property that is always there tells them apart.
 */
export function excludes(other: Schema, written: Schema, resolve: (schema: Schema) => Schema, depth = 0): boolean {
  const [a, b] = [resolve(other), resolve(written)];
  const [types, writtenTypes] = [typesOf(a, ""), typesOf(b, "")];
  if (types && writtenTypes && !writtenTypes.some((type) => types.includes(type) || covers(types, writtenTypes))) {
    return true;
  }
  const [values, writtenValues] = [valuesOf(a), valuesOf(b)];
  if (values && writtenValues && !writtenValues.some((value) => values.includes(value))) return true;
  const objects = writtenTypes?.length === 1 && writtenTypes[0] === "object";
  return Boolean(objects) && depth < MAX_DEPTH && differByProperty(a, b, resolve, depth);
}

const covers = (types: readonly string[], others: readonly string[]) =>
  (types.includes("number") && others.includes("integer")) || (types.includes("integer") && others.includes("number"));

function valuesOf({ const: value, enum: values, ...rest }: Schema): string[] | null {
  if (Object.hasOwn(rest, "const") || value !== undefined) return [JSON.stringify(value)];
  return Array.isArray(values) ? values.map((each) => JSON.stringify(each)) : null;
}

function differByProperty(other: Schema, written: Schema, resolve: (schema: Schema) => Schema, depth: number): boolean {
  const [named, writtenNamed] = [propertiesOf(other), propertiesOf(written)];
  const closed = !written.additionalProperties && !written.patternProperties && Object.keys(writtenNamed).length > 0;
  for (const name of requiredOf(other)) {
    if (closed && !Object.hasOwn(writtenNamed, name) && !requiredOf(written).includes(name)) return true;
  }
  for (const name of requiredOf(written)) {
    const [first, second] = [named[name], writtenNamed[name]];
    if (isSchema(first) && isSchema(second) && excludes(first, second, resolve, depth + 1)) return true;
    const forbids = other.additionalProperties === false && !other.patternProperties && !Object.hasOwn(named, name);
    if (forbids && typesOf(other, "")?.join() === "object") return true;
  }
  return false;
}

const propertiesOf = ({ properties }: Schema): Schema => (isSchema(properties) ? properties : {});
const requiredOf = ({ required }: Schema): readonly string[] => (Array.isArray(required) ? required : []);
