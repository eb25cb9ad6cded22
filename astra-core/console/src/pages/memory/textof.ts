// A memory as lines that can be compared. Pure.

import type { Memory } from "astra-client";

export function textOfMemory(memory: Memory): string {
  const lines = [memory.content];
  const add = (name: string, value: unknown): void => {
    if (value !== null && value !== undefined) lines.push(`${name}: ${String(value)}`);
  };
  add("slot", memory.slot);
  add("category", memory.category);
  add("valid from", memory.valid_from);
  add("valid to", memory.valid_to);
  add("expires at", memory.expires_at);
  add("superseded by", memory.superseded_by);
  add("confidence", memory.confidence);
  add("evidence", memory.evidence);
  if (Object.keys(memory.data).length > 0) lines.push(`data: ${JSON.stringify(memory.data, null, 2)}`);
  return lines.join("\n");
}
