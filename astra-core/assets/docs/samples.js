// The examples beside each operation: curl from the document, TypeScript and Python from the generator of the clients.

const methods = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];
const languages = [["typescript", "TypeScript"], ["python", "Python"]];

// Writes the samples into the operations, where Scalar looks for them. Operations of a host have none but curl.
export function addSamples(reference, samples, base) {
  for (const [path, item] of Object.entries(reference.paths ?? {})) {
    for (const method of methods.filter((method) => item[method])) {
      const operation = item[method];
      const known = samples[operation.operationId] ?? {};
      operation["x-codeSamples"] = [
        { lang: "curl", label: "curl", source: curl(reference, base, path, method, item) },
        ...languages.filter(([lang]) => known[lang]).map(([lang, label]) => ({ lang, label, source: known[lang] })),
        ...(operation["x-codeSamples"] ?? []),
      ];
    }
  }
}

// One call of the operation, with the examples of what it requires.
function curl(reference, base, path, method, item) {
  const operation = item[method];
  const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((it) => resolve(reference, it));
  const body = resolve(reference, operation.requestBody ?? {});
  const url = quote(base + address(path, parameters));
  const given = method === (Object.keys(body.content ?? {}).length > 0 ? "post" : "get");
  const parts = [
    streams(reference, operation) ? "curl --no-buffer" : "curl",
    ...(given ? [] : [method === "head" ? "--head" : `--request ${method.toUpperCase()}`]),
    ...(wantsToken(reference, operation) ? ['--header "Authorization: Bearer $ASTRA_TOKEN"'] : []),
    ...required(parameters, "header").map((it) => `--header ${quote(`${it.name}: ${example(it)}`)}`),
    ...data(body),
  ];
  return [`${parts[0]} ${url}`, ...parts.slice(1)].join(" \\\n  ");
}

function address(path, parameters) {
  const filled = path.replace(/\{([^}]+)\}/g, (whole, name) => {
    const parameter = parameters.find((it) => it.in === "path" && it.name === name);
    return parameter ? encodeURIComponent(example(parameter)) : whole;
  });
  const query = required(parameters, "query").map((it) => [it.name, example(it)]);
  return query.length > 0 ? `${filled}?${new URLSearchParams(query)}` : filled;
}

function data({ content = {} }) {
  const type = Object.keys(content).find((type) => /[/+]json$/.test(type)) ?? Object.keys(content)[0];
  if (!type) return [];
  const value = example(content[type]);
  if (/[/+]json$/.test(type)) {
    return [`--header ${quote(`Content-Type: ${type}`)}`, `--data ${quote(JSON.stringify(value, null, 2))}`];
  }
  const fields = Object.entries(Object(value));
  if (type === "application/x-www-form-urlencoded") return fields.map(([name, it]) => `--data-urlencode ${quote(`${name}=${it}`)}`);
  if (type === "multipart/form-data") return fields.map(([name, it]) => `--form ${quote(`${name}=${it}`)}`);
  return [`--header ${quote(`Content-Type: ${type}`)}`, "--data-binary @file"];
}

// The example of a parameter or of a body.
function example({ example, examples, schema = {}, name }) {
  const [first] = Object.values(examples ?? {});
  const choices = [example, first?.value, schema.example, schema.examples?.[0], schema.default, schema.enum?.[0]];
  return choices.find((choice) => choice !== undefined) ?? (name ? `{${name}}` : {});
}

const required = (parameters, place) => parameters.filter((it) => it.in === place && it.required);

const streams = (reference, operation) =>
  Object.entries(operation.responses ?? {}).some(([status, answer]) => {
    const types = Object.keys(resolve(reference, answer).content ?? {});
    return status.startsWith("2") && types.length > 0 && types.every((type) => type === "text/event-stream");
  });

function wantsToken(reference, operation) {
  const schemes = reference.components?.securitySchemes ?? {};
  const names = (operation.security ?? reference.security ?? []).flatMap((choice) => Object.keys(choice));
  return names.some((name) => schemes[name]?.scheme?.toLowerCase() === "bearer" || schemes[name]?.type === "oauth2");
}

function resolve(reference, value) {
  if (!value.$ref?.startsWith("#/")) return value;
  const names = value.$ref.slice(2).split("/").map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
  return names.reduce((place, name) => place?.[name], reference) ?? {};
}

// A word of the shell, whatever is in it.
const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
