// Before the first message: which agent, which version, and which other version beside it.

import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { client } from "../../frame/client.ts";
import { go, href, place } from "../../frame/router.tsx";
import { NothingYet, Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";

export interface Chosen {
  readonly agentId: string | undefined;
  readonly version: number | undefined;
  readonly beside: number | undefined;
}

interface PickerProps {
  readonly chosen: Chosen;
  readonly onChange: (chosen: Chosen) => void;
}

const numberOf = (text: string | undefined): number | undefined => (text && /^\d+$/.test(text) ? Number(text) : undefined);

/** What is chosen stands in the address: `agent`, `version`, `against`. */
export function Picker({ onChange }: PickerProps): VNode {
  const { query } = place.value;
  const agents = useResource("agents.list", { limit: 200 }, (options) => client.agents.list({ limit: 200, ...options }));
  const agentId = query["agent"] ?? agents.data?.items[0]?.id;
  const version = numberOf(query["version"]);
  const beside = numberOf(query["against"]);
  useEffect(() => onChange({ agentId, version, beside }), [agentId, version, beside]);
  const set = (values: Record<string, string | undefined>): void => go(href("chat", [], { ...query, ...values }), true);
  return (
    <Shown of={agents}>
      {({ items }) =>
        items.length === 0 ? (
          <NothingYet what="There is no agent to talk to yet.">
            <a class="button primary" href={href("agents", ["new"])}>
              Make an agent
            </a>
          </NothingYet>
        ) : (
          <div class="filters">
            <label class="filter">
              <span>Agent</span>
              <select
                value={agentId}
                onChange={(event) => set({ agent: event.currentTarget.value, version: undefined, against: undefined })}
              >
                {agentId !== undefined && !items.some(({ id }) => id === agentId) && <option value={agentId}>{agentId}</option>}
                {items.map((agent) => (
                  <option key={agent.id} value={agent.id}>
                    {agent.display_name ? `${agent.display_name} (${agent.id})` : agent.id}
                  </option>
                ))}
              </select>
            </label>
            {agentId !== undefined && <Versions {...{ agentId, version, beside, set }} />}
          </div>
        )
      }
    </Shown>
  );
}

interface VersionsProps {
  readonly agentId: string;
  readonly version: number | undefined;
  readonly beside: number | undefined;
  readonly set: (values: Record<string, string | undefined>) => void;
}

function Versions({ agentId, version, beside, set }: VersionsProps): VNode {
  const versions = useResource("agents.list_versions", { agentId }, (options) =>
    client.agents.listVersions(agentId, { limit: 100, ...options }),
  );
  const choices = (versions.data?.items ?? []).map((it) => (
    <option key={it.version} value={it.version}>
      {it.version}
      {it.label ? ` ${it.label}` : ""}
    </option>
  ));
  return (
    <>
      <label class="filter">
        <span>Version</span>
        <select value={version ?? ""} onChange={(event) => set({ version: event.currentTarget.value })}>
          <option value="">latest, also later ones</option>
          {choices}
        </select>
      </label>
      <label class="filter">
        <span>Beside it</span>
        <select value={beside ?? ""} onChange={(event) => set({ against: event.currentTarget.value })}>
          <option value="">no other version</option>
          {choices}
        </select>
      </label>
    </>
  );
}
