// Whether there is a connection to an MCP server.

import type { VNode } from "preact";
import type { McpServer } from "astra-client";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";

const marks: Readonly<Record<string, string>> = { connected: "good", failed: "bad", connecting: "warn" };

export function ServerStatus({ of }: { of: McpServer }): VNode {
  return <span class={`tag ${marks[of.status] ?? ""}`}>{of.status}</span>;
}

/** Why there is no connection, and when the next try begins. */
export function Why({ of: { error, next_try_at } }: { of: McpServer }): VNode | null {
  if (error == null && next_try_at == null) return null;
  return (
    <div class="cell-text small">
      {error != null && (
        <span class="bad">
          <Text>{error}</Text>
        </span>
      )}{" "}
      {next_try_at != null && (
        <span class="faint">
          next try <Time of={next_try_at} />
        </span>
      )}
    </div>
  );
}

/** Changes by itself soon. */
export const isUnsettled = ({ status, next_try_at }: McpServer): boolean => status === "connecting" || next_try_at != null;
