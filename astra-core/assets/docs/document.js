// What a document says, by the words that are used to ask it.

const methods = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];

// What a `$ref` stands for; any other value stands for itself.
export function resolve(reference, value) {
  if (!value?.$ref?.startsWith("#/")) return value ?? {};
  const names = value.$ref.slice(2).split("/").map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
  return names.reduce((place, name) => place?.[name], reference) ?? {};
}

// Every operation, with where it is.
export const operations = (reference) =>
  Object.entries(reference.paths ?? {}).flatMap(([path, item]) =>
    methods.filter((method) => item[method]).map((method) => ({ path, method, operation: item[method], item })),
  );

export const parametersOf = (reference, { item, operation }) =>
  [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((parameter) => resolve(reference, parameter));

// Scalar hides what has the flag, which is for generators of clients: here webhooks are shown.
export function showWebhooks(reference) {
  for (const item of Object.values(reference.webhooks ?? {})) for (const method of methods) delete item[method]?.["x-internal"];
  return reference;
}

// What the operation may answer if all goes well, by media type.
export const successOf = (reference, operation) =>
  Object.entries(operation.responses ?? {})
    .filter(([status]) => status.startsWith("2"))
    .flatMap(([, answer]) => Object.entries(resolve(reference, answer).content ?? {}));

// The example of a parameter, of a body or of a schema; nothing, if there is none.
export function exampleOf({ example, examples, schema = {} }) {
  const first = Array.isArray(examples) ? examples[0] : Object.values(examples ?? {})[0]?.value;
  const choices = [example, first, schema.example, schema.examples?.[0], schema.default, schema.enum?.[0]];
  return choices.find((choice) => choice !== undefined);
}
