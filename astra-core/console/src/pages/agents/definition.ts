// The definition of an agent: what of an agent can be written, as YAML and as a schema. Pure.

import type { Agent, AgentDefinition } from "astra-client";
import { dump, load } from "js-yaml";
import replace from "../../../client/schemas/ReplaceAgent.json";
import type { Fault, Schema } from "../../parts/schema.ts";

/** What the gateway sets itself. */
export const ownFields = ["id", "version", "created_at", "updated_at", "created_by", "borrowed"] as const;

const whole = replace as unknown as Schema;
const kept = Object.entries(whole.properties ?? {}).filter(([name]) => !(ownFields as readonly string[]).includes(name));

/** The schema of a definition, from the document. */
export const definitionSchema: Schema = { ...whole, properties: Object.fromEntries(kept) };

export function definitionOf(agent: Agent): AgentDefinition {
  const { id: _id, version: _version, created_at: _made, updated_at: _changed, created_by: _by, borrowed: _from, ...rest } = agent;
  return rest;
}

export function toYaml(value: unknown): string {
  return dump(value, { lineWidth: 100, noRefs: true });
}

/** Reads YAML; a text that is none has a fault with its place. */
export function fromYaml(text: string): { readonly value: unknown } | { readonly fault: Fault } {
  try {
    return { value: load(text) ?? {} };
  } catch (error) {
    const detail = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return { fault: { pointer: "", detail: `is no YAML: ${detail}` } };
  }
}

/** Who owns the definition, by who wrote its version last. */
export function ownerOf(createdBy: string): { readonly kind: "file" | "configuration" | "api"; readonly file: string } {
  if (createdBy.startsWith("file:")) return { kind: "file", file: createdBy.slice(5) };
  return { kind: createdBy === "configuration" ? "configuration" : "api", file: "" };
}
