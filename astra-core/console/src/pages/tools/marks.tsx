// What a tool says of itself, and what a policy says of it.

import type { VNode } from "preact";
import type { ToolInfo } from "astra-client";

const sources: Readonly<Record<string, string>> = { built_in: "the gateway", host: "the program around it", mcp: "an MCP server" };

export const sourceOf = ({ source, name }: ToolInfo): string => {
  const [server, rest] = name.split("__");
  return source === "mcp" && rest !== undefined ? `MCP server ${server}` : (sources[source] ?? source);
};

export function Marks({ of }: { of: ToolInfo }): VNode {
  return (
    <span class="marks">
      {of.is_destructive && <span class="tag bad">destructive</span>}
      {of.is_read_only && <span class="tag good">read-only</span>}
      {of.is_idempotent && !of.is_read_only && <span class="tag">idempotent</span>}
      {!of.is_destructive && !of.is_read_only && !of.is_idempotent && <span class="faint">nothing</span>}
    </span>
  );
}

const decisions: Readonly<Record<string, readonly [mark: string, words: string]>> = {
  allowed: ["good", "allowed"],
  needs_approval: ["warn", "needs approval"],
  denied: ["bad", "denied"],
};

export function Decision({ of }: { of: string | null | undefined }): VNode {
  if (of == null) return <span class="faint">–</span>;
  const [mark, words] = decisions[of] ?? ["", of];
  return <span class={`tag ${mark}`}>{words}</span>;
}
