// Makes the document's examples good for trying: what need not be sent is not sent unasked, and streams have an example.

import { exampleOf, operations, parametersOf, resolve, successOf } from "./document.js";

const depthMost = 4;

export function prepareExamples(reference) {
  for (const place of operations(reference)) {
    for (const parameter of parametersOf(reference, place)) setAside(parameter);
    for (const [type, content] of successOf(reference, place.operation)) {
      if (type === "text/event-stream" && exampleOf(content) === undefined) content.example = frames(reference, content.schema);
    }
  }
}

// An idempotency key that everybody sends, or the cursor of nobody's page, would spoil the first try. Scalar shows the
// example, and sends it once it is ticked.
function setAside(parameter) {
  const value = exampleOf(parameter);
  if (parameter.required || value === undefined) return;
  delete parameter.example;
  parameter.examples = { default: { value, "x-disabled": true } };
}

// The events of a stream that goes well, one of each type.
function frames(reference, schema) {
  const whole = resolve(reference, schema);
  return (whole.oneOf ?? [whole])
    .map((branch) => made(reference, branch, depthMost))
    .filter((data) => data?.type !== "error")
    .map((data) => (typeof data?.type === "string" ? { event: data.type, data } : { data }));
}

// A value of the schema, of the examples in it.
function made(reference, schema, depth) {
  const whole = resolve(reference, schema);
  const given = whole.const ?? exampleOf({ ...whole, schema: whole });
  if (given !== undefined) return given;
  if (whole.properties && depth > 0) {
    const fields = Object.entries(whole.properties).map(([name, field]) => [name, made(reference, field, depth - 1)]);
    return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
  }
  const choices = whole.oneOf ?? whole.anyOf ?? [];
  if (choices.some((branch) => branch.type === "null")) return null;
  if (choices.length > 0 && depth > 0) return made(reference, choices[0], depth - 1);
  if (whole.items && depth > 0) return [made(reference, whole.items, depth - 1)].filter((value) => value !== undefined);
  return undefined;
}
