// The samples beside each operation: curl from the document, TypeScript and Python from the generator of the clients.

import { exampleOf, operations, parametersOf, resolve, successOf } from "./document.js";

const languages = [["typescript", "TypeScript"], ["python", "Python"]];
const isJson = (type) => /[/+]json$/.test(type);

// Writes the samples into the operations, where Scalar looks for them. Operations of a host have none but curl.
export function addSamples(reference, samples, base) {
  for (const place of operations(reference)) {
    const { operation } = place;
    const known = samples[operation.operationId] ?? {};
    operation["x-codeSamples"] = [
      { lang: "curl", label: "curl", source: curl(reference, base, place) },
      ...languages.filter(([lang]) => known[lang]).map(([lang, label]) => ({ lang, label, source: known[lang] })),
      ...(operation["x-codeSamples"] ?? []),
    ];
  }
}

// One call of the operation, with the examples of what it requires.
function curl(reference, base, place) {
  const { path, method, operation } = place;
  const parameters = parametersOf(reference, place);
  const body = resolve(reference, operation.requestBody);
  const types = successOf(reference, operation).map(([type]) => type);
  const streams = types.length > 0 && types.every((type) => type === "text/event-stream");
  const implied = Object.keys(body.content ?? {}).length > 0 ? "post" : "get";
  const parts = [
    `curl ${streams ? "--no-buffer " : ""}${quote(base + address(path, parameters))}`,
    ...(method === implied ? [] : [method === "head" ? "--head" : `--request ${method.toUpperCase()}`]),
    ...(wantsToken(reference, operation) ? ['--header "Authorization: Bearer $ASTRA_TOKEN"'] : []),
    ...required(parameters, "header").map((it) => `--header ${quote(`${it.name}: ${valueOf(it)}`)}`),
    ...data(body),
  ];
  return parts.join(" \\\n  ");
}

function address(path, parameters) {
  const filled = path.replace(/\{([^}]+)\}/g, (whole, name) => {
    const parameter = parameters.find((it) => it.in === "path" && it.name === name);
    return parameter ? encodeURIComponent(valueOf(parameter)) : whole;
  });
  const query = required(parameters, "query").map((it) => [it.name, valueOf(it)]);
  return query.length > 0 ? `${filled}?${new URLSearchParams(query)}` : filled;
}

function data({ content = {} }) {
  const type = Object.keys(content).find(isJson) ?? Object.keys(content)[0];
  if (!type) return [];
  const value = exampleOf(content[type]) ?? {};
  const pairs = (flag) => Object.entries(value).map(([name, it]) => `${flag} ${quote(`${name}=${it}`)}`);
  if (type === "application/x-www-form-urlencoded") return pairs("--data-urlencode");
  if (type === "multipart/form-data") return pairs("--form");
  const sent = isJson(type) ? `--data ${quote(JSON.stringify(value, null, 2))}` : "--data-binary @file";
  return [`--header ${quote(`Content-Type: ${type}`)}`, sent];
}

const required = (parameters, place) => parameters.filter((it) => it.in === place && it.required);

const valueOf = (parameter) => exampleOf(parameter) ?? `{${parameter.name}}`;

function wantsToken(reference, operation) {
  const schemes = reference.components?.securitySchemes ?? {};
  const names = (operation.security ?? reference.security ?? []).flatMap((choice) => Object.keys(choice));
  return names.some((name) => schemes[name]?.scheme?.toLowerCase() === "bearer" || schemes[name]?.type === "oauth2");
}

// A word of the shell, whatever is in it.
const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
