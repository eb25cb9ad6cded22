// Checks values by the JSON schemas of the document (2020-12, the part of it that the document uses).

/** A schema as prepare.mjs writes it. */
export interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly default?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly [other: string]: unknown;
}

/** What is wrong where; the pointer is that of the gateway's own problems. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** The schema that a reference stands for, with the description that stands beside the reference. */
export function resolved(schema: Schema, root: Schema): Schema {
  let found = schema;
  for (let depth = 0; found.$ref !== undefined && depth < 20; depth++) {
    const { $ref, ...beside } = found;
    const target = root.$defs?.[$ref.split("/").at(-1) ?? ""] ?? {};
    found = { ...target, ...beside };
  }
  return found;
}

/** The schema of what may also be null, and whether it may be. */
export function withoutNull(schema: Schema, root: Schema): { readonly schema: Schema; readonly isNullable: boolean } {
  const own = resolved(schema, root);
  const branches = own.oneOf ?? own.anyOf;
  if (branches !== undefined) {
    const rest = branches.filter((branch) => resolved(branch, root).type !== "null");
    const [only] = rest;
    if (rest.length < branches.length && rest.length === 1 && only !== undefined) {
      const inner = resolved(only, root);
      const description = own.description ?? inner.description;
      return { schema: { ...inner, ...(description === undefined ? {} : { description }) }, isNullable: true };
    }
    return { schema: own, isNullable: rest.length < branches.length };
  }
  if (Array.isArray(own.type) && own.type.includes("null")) {
    const rest = own.type.filter((type) => type !== "null");
    return { schema: { ...own, type: rest.length === 1 ? (rest[0] as string) : rest }, isNullable: true };
  }
  return { schema: own, isNullable: false };
}

const typeOf = (value: unknown): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
};

const escaped = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

/** What is wrong with a value; nothing if it fits. */
export function faultsOf(value: unknown, schema: Schema, root: Schema = schema, pointer = ""): Fault[] {
  const own = resolved(schema, root);
  const fault = (detail: string): Fault[] => [{ pointer, detail }];
  const type = typeOf(value);
  if (own.type !== undefined) {
    const types = typeof own.type === "string" ? [own.type] : own.type;
    if (!types.includes(type) && !(type === "integer" && types.includes("number"))) {
      return fault(`must be ${types.join(" or ")}`);
    }
  }
  if (own.const !== undefined && own.const !== value) return fault(`must be ${JSON.stringify(own.const)}`);
  if (own.enum !== undefined && !own.enum.includes(value)) return fault(`must be one of ${own.enum.join(", ")}`);
  const faults: Fault[] = [];
  for (const branch of own.allOf ?? []) faults.push(...faultsOf(value, branch, root, pointer));
  const branches = own.oneOf ?? own.anyOf;
  if (branches !== undefined) {
    const tries = branches.map((branch) => faultsOf(value, branch, root, pointer));
    if (!tries.some((found) => found.length === 0)) {
      tries.sort((one, other) => one.length - other.length);
      // The faults of a branch that is only "or null" say nothing.
      faults.push(...(tries.find((found) => found[0]?.detail !== "must be null") ?? []));
    }
  }
  if (typeof value === "string") faults.push(...textFaults(value, own).flatMap(fault));
  if (typeof value === "number") faults.push(...numberFaults(value, own).flatMap(fault));
  if (Array.isArray(value)) {
    if (own.maxItems !== undefined && value.length > own.maxItems) faults.push(...fault(`has more than ${own.maxItems} items`));
    if (own.minItems !== undefined && value.length < own.minItems) faults.push(...fault(`needs ${own.minItems} items`));
    const { items } = own;
    if (items) value.forEach((item, index) => faults.push(...faultsOf(item, items, root, `${pointer}/${index}`)));
  }
  if (type === "object") faults.push(...objectFaults(value as Record<string, unknown>, own, root, pointer));
  return faults;
}

function objectFaults(value: Record<string, unknown>, own: Schema, root: Schema, pointer: string): Fault[] {
  const faults: Fault[] = [];
  for (const name of own.required ?? []) {
    if (value[name] === undefined) faults.push({ pointer: `${pointer}/${escaped(name)}`, detail: "is required" });
  }
  for (const [name, inner] of Object.entries(value)) {
    const at = `${pointer}/${escaped(name)}`;
    const property = own.properties?.[name];
    if (property !== undefined) {
      if (inner !== undefined) faults.push(...faultsOf(inner, property, root, at));
    } else if (own.additionalProperties === false) faults.push({ pointer: at, detail: "is not a known field" });
    else if (typeof own.additionalProperties === "object") faults.push(...faultsOf(inner, own.additionalProperties, root, at));
  }
  return faults;
}

function textFaults(value: string, own: Schema): string[] {
  const length = [...value].length;
  const faults: string[] = [];
  if (own.minLength !== undefined && length < own.minLength) {
    faults.push(own.minLength === 1 ? "must not be empty" : `needs ${own.minLength} characters`);
  } else if (own.maxLength !== undefined && length > own.maxLength) {
    faults.push(`has ${length} characters, and may have ${own.maxLength}`);
  } else if (own.pattern !== undefined && !matches(own.pattern, value)) {
    faults.push(`must match ${own.pattern}`);
  }
  return faults;
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    // The gateway knows a pattern that the browser does not: it decides.
    return true;
  }
}

function numberFaults(value: number, own: Schema): string[] {
  const faults: string[] = [];
  if (own.minimum !== undefined && value < own.minimum) faults.push(`must be at least ${own.minimum}`);
  if (own.maximum !== undefined && value > own.maximum) faults.push(`must be at most ${own.maximum}`);
  if (own.exclusiveMinimum !== undefined && value <= own.exclusiveMinimum) {
    faults.push(`must be more than ${own.exclusiveMinimum}`);
  }
  if (own.exclusiveMaximum !== undefined && value >= own.exclusiveMaximum) {
    faults.push(`must be less than ${own.exclusiveMaximum}`);
  }
  return faults;
}
