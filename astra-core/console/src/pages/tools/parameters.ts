// The JSON Schema of a tool's arguments, which others wrote, as forms take it.

import { type Schema, withoutNull } from "../../parts/schema.ts";

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** The schema, with what older drafts call `definitions` where forms look for it. */
export function schemaOf(parameters: unknown): Schema {
  if (!isObject(parameters)) return { type: "object" };
  const older = isObject(parameters["definitions"]) ? parameters["definitions"] : {};
  const newer = isObject(parameters["$defs"]) ? parameters["$defs"] : {};
  return { ...parameters, $defs: { ...older, ...newer } } as Schema;
}

/** `text`, `whole number`, `list of text`, `one of a, b` */
export function typeOf(schema: Schema, root: Schema): string {
  const { schema: own, isNullable } = withoutNull(schema, root);
  return `${wordsOf(own, root)}${isNullable ? " or null" : ""}`;
}

const words: Readonly<Record<string, string>> = {
  string: "text",
  integer: "whole number",
  number: "number",
  boolean: "yes or no",
  object: "object",
  null: "null",
};

function wordsOf(own: Schema, root: Schema): string {
  if (own.const !== undefined) return JSON.stringify(own.const);
  if (own.enum !== undefined) return `one of ${own.enum.map(String).join(", ")}`;
  if (own.type === "array") return own.items ? `list of ${typeOf(own.items, root)}` : "list";
  if (own.type === undefined) return "any value";
  const types = typeof own.type === "string" ? [own.type] : own.type;
  return types.map((type) => words[type] ?? type).join(" or ");
}
