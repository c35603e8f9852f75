type Json = Record<string, unknown>;

/** A random schema of the features that are supported; `depth` levels at most. */
export function randomSchema(random: () => number, depth = 3): Json {
  const definitions: Json = {};
  const schema = any(random, depth, definitions);
  return Object.keys(definitions).length > 0 ? { ...schema, $defs: definitions } : schema;
}

const int = (random: () => number, least: number, most: number) => least + Math.floor(random() * (most - least + 1));
const pick = <Item>(random: () => number, items: readonly Item[]): Item => items[int(random, 0, items.length - 1)]!;
const maybe = (random: () => number, share: number, fields: () => Json): Json => (random() < share ? fields() : {});

const NAMES = ["a", "b", "id", "name", "näme", 'quo"te', "x-y", "list", "kind", "ab", "abc"];
const PATTERNS = [
  "^[a-z]{2,5}$",
  "^\\d{3}-\\d{4}$",
  "^(foo|bar)+$",
  "^[A-Z][a-z]*$",
  "^.{1,8}$",
  "^[^,]*$",
  "^\\w+@\\w+\\.com$",
  "^a?b*c+$",
  '^"[^"]*"$',
];
const FORMATS = ["date", "time", "date-time", "email", "uuid", "ipv4", "ipv6", "hostname", "uri", "duration"];

function any(random: () => number, depth: number, definitions: Json): Json {
  const inner = () => any(random, depth - 1, definitions);
  const leaves = [
    () => string(random),
    () => number(random),
    () => values(random),
    () => ({ type: pick(random, ["boolean", "null"]) }),
  ];
  const branches = [
    () => object(random, inner),
    () => object(random, inner),
    () => array(random, inner),
    () => ({ anyOf: [inner(), inner()] }),
    () => ({
      type: pick(random, [
        ["string", "null"],
        ["integer", "boolean"],
        ["object", "null"],
      ]),
    }),
    () => union(random, inner),
    () => ({
      allOf: [
        { type: "object", properties: { a: { type: "integer" } }, required: ["a"] },
        { properties: { b: inner() } },
      ],
    }),
    () => reference(random, inner, definitions),
    () => ({}),
  ];
  return depth <= 0 ? pick(random, leaves)() : pick(random, [...leaves, ...branches, ...branches])();
}

function string(random: () => number): Json {
  const least = int(random, 0, 3);
  return pick(random, [
    () => ({ type: "string" }),
    () => ({
      type: "string",
      minLength: least,
      ...maybe(random, 0.7, () => ({ maxLength: least + int(random, 0, pick(random, [60, 400])) })),
    }),
    () => ({ type: "string", pattern: pick(random, PATTERNS) }),
    () => ({ type: "string", format: pick(random, FORMATS) }),
    () => ({ type: "string", pattern: "^[a-z]+$", minLength: 2, maxLength: 5 }),
  ])();
}

function number(random: () => number): Json {
  const least = int(random, -200, 200) / pick(random, [1, 1, 10]);
  const most = least + int(random, 1, 300);
  const type = pick(random, ["integer", "number"]);
  return pick(random, [
    () => ({ type }),
    () => ({ type, minimum: least }),
    () => ({ type, maximum: most }),
    () => ({ type, minimum: least, maximum: most }),
    () => ({ type, exclusiveMinimum: Math.floor(least), exclusiveMaximum: Math.floor(least) + int(random, 2, 2000) }),
    () => ({ type: "number", minimum: 0, maximum: 1 }),
    () => ({ type: "number", exclusiveMinimum: 0.1, exclusiveMaximum: 0.9 }),
    () => ({ type: "integer", multipleOf: 10, minimum: -35, maximum: 4210 }),
  ])();
}

function values(random: () => number): Json {
  const all = ["red", "grün", 'a"b\\c', 1, -2.5, true, null, [1, "x"], { k: [null] }];
  return random() < 0.5 ? { const: pick(random, all) } : { enum: all.slice(0, int(random, 1, all.length)) };
}

const OF_KEYS: readonly Json[] = [
  { propertyNames: { pattern: "^[a-z]{1,4}$" }, maxProperties: 3 },
  { propertyNames: { enum: ["north", "south"] }, minProperties: 1 },
  { patternProperties: { "^x_[a-z]+$": { type: "boolean" } }, additionalProperties: false },
];

function object(random: () => number, inner: () => Json): Json {
  const count = int(random, 0, 4);
  const start = int(random, 0, NAMES.length - 1);
  const names = Array.from({ length: count }, (_, i) => NAMES[(start + i) % NAMES.length]!);
  const properties = Object.fromEntries(names.map((name) => [name, inner()]));
  return {
    type: "object",
    properties,
    required: names.filter(() => random() < 0.5),
    ...maybe(random, 0.4, () => ({ additionalProperties: pick(random, [false, true, { type: "integer" }]) })),
    ...(count >= 2 && maybe(random, 0.2, () => ({ minProperties: 1 }))),
    ...(count === 0 && maybe(random, 0.5, () => pick(random, OF_KEYS))),
  };
}

function array(random: () => number, inner: () => Json): Json {
  const least = int(random, 0, 2);
  return pick(random, [
    () => ({ type: "array", items: inner() }),
    () => ({ type: "array", items: inner(), minItems: least, maxItems: least + int(random, 0, 4) }),
    () => ({ type: "array", prefixItems: [inner(), inner()], items: false, minItems: least }),
    () => ({ type: "array", prefixItems: [inner()], items: inner(), maxItems: 3 }),
    () => ({ type: "array" }),
  ])();
}

/** Branches that a constant tells apart. */
function union(random: () => number, inner: () => Json): Json {
  const branch = (kind: string) => ({
    type: "object",
    properties: { kind: { const: kind }, value: inner() },
    required: random() < 0.5 ? ["kind", "value"] : ["kind"],
  });
  return { oneOf: [branch("circle"), branch("square"), branch("line")] };
}

function reference(random: () => number, inner: () => Json, definitions: Json): Json {
  const name = `d${Object.keys(definitions).length}`;
  definitions[name] = {};
  const $ref = `#/$defs/${name}`;
  const next = pick(random, [{ $ref }, { type: "array", items: { $ref }, maxItems: 2 }]);
  definitions[name] = { type: "object", properties: { value: inner(), next }, required: ["value"] };
  return { $ref };
}
