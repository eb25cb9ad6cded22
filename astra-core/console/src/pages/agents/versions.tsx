// The versions of an agent: who made each and when, its label, what differs, and the way back to it.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Agent, AgentVersionInfo } from "astra-client";
import { client } from "../../frame/client.ts";
import { useKeys } from "../../frame/keyboard.ts";
import { go, href, place, setQuery } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Confirm, Dialog } from "../../parts/dialog.tsx";
import { Diff } from "../../parts/diff.tsx";
import { Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { toYaml } from "./definition.ts";

interface VersionsProps {
  readonly agent: Agent;
  readonly onChanged: () => void;
}

const numberOf = (text: string | undefined): number | undefined => (text && /^\d+$/.test(text) ? Number(text) : undefined);

export function Versions({ agent, onChanged }: VersionsProps): VNode {
  const { id, version: latest } = agent;
  const cursor = useCursor();
  const labelled = useSignal<AgentVersionInfo | undefined>(undefined);
  const back = useSignal<number | undefined>(undefined);
  const versions = useResource(
    "agents.list_versions",
    { id, cursor, latest },
    (options) => client.agents.listVersions(id, { cursor, limit: 50, ...options }),
    { live: ["agent.updated"] },
  );
  const shown = numberOf(place.value.query["version"]);
  const step = (by: number): void => setQuery({ version: Math.min(Math.max((shown ?? latest) + by, 1), latest) });
  useKeys([
    { key: "[", title: "The version before", run: () => step(-1) },
    { key: "]", title: "The version after", run: () => step(1) },
  ]);
  return (
    <>
      {shown !== undefined && <Compared id={id} version={shown} latest={latest} />}
      <Shown of={versions}>
        {({ items, nextCursor }) => (
          <Table
            title="Versions"
            rows={items}
            id={(row) => String(row.version)}
            link={(row) => href("agents", [id], { tab: "versions", version: row.version })}
            next={nextCursor}
            columns={[
              { title: "Version", cell: (row) => `Version ${row.version}` },
              { title: "Label", cell: (row) => (row.label ? <span class="tag good">{row.label}</span> : "") },
              { title: "By", cell: (row) => <Text>{row.created_by}</Text>, isWide: true },
              { title: "When", cell: (row) => <Time of={row.created_at} /> },
              {
                title: "Do",
                cell: (row) => (
                  <>
                    <Action op="agents.label_version" kind="plain" label={`Label version ${row.version}`} onPress={() => (labelled.value = row)}>
                      Label
                    </Action>
                    <Action
                      op="agents.rollback"
                      kind="plain"
                      label={`Roll back to version ${row.version}`}
                      isOff={row.version === latest && "This is the present version."}
                      onPress={() => (back.value = row.version)}
                    >
                      Roll back
                    </Action>
                    <a href={href("chat", [], { agent: id, version: row.version })} aria-label={`Chat with version ${row.version}`}>
                      Chat
                    </a>
                  </>
                ),
              },
            ]}
          />
        )}
      </Shown>
      {labelled.value !== undefined && (
        <Label id={id} of={labelled.value} onDone={versions.reload} onClose={() => (labelled.value = undefined)} />
      )}
      {back.value !== undefined && (
        <Confirm
          title={`Roll back to version ${back.value}?`}
          action="Roll back"
          done={`Version ${latest + 1} is what version ${back.value} was.`}
          onClose={() => (back.value = undefined)}
          onConfirm={async () => {
            await client.agents.rollback(id, back.peek() ?? latest);
            versions.reload();
            onChanged();
          }}
        >
          <p>This makes version {latest + 1}, a copy of it. Nothing is lost.</p>
        </Confirm>
      )}
    </>
  );
}

interface LabelProps {
  readonly id: string;
  readonly of: AgentVersionInfo;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

function Label({ id, of, onDone, onClose }: LabelProps): VNode {
  const text = useSignal(of.label ?? "");
  const save = async (): Promise<void> => {
    await client.agents.labelVersion(id, of.version, { label: text.peek() === "" ? null : text.peek() });
    onDone();
    onClose();
  };
  return (
    <Dialog title={`Label of version ${of.version}`} onClose={onClose}>
      <label class="field">
        <span>Label; empty for none</span>
        <input value={text.value} maxLength={64} onInput={(event) => (text.value = event.currentTarget.value)} />
      </label>
      <div class="buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <Action op="agents.label_version" kind="primary" done="The label was saved." onPress={save}>
          Save
        </Action>
      </div>
    </Dialog>
  );
}

/** A version, and what differs between it and another one. */
function Compared({ id, version, latest }: { id: string; version: number; latest: number }): VNode {
  const against = numberOf(place.value.query["against"]) ?? Math.max(1, version - 1);
  const one = useResource("agents.get_version", { id, version }, (options) => client.agents.getVersion(id, version, options));
  const other = useResource("agents.get_version", { id, version: against }, (options) =>
    client.agents.getVersion(id, against, options),
  );
  const choices = Array.from({ length: Math.min(latest, 200) }, (_, index) => latest - index);
  return (
    <section aria-labelledby="compared">
      <h2 id="compared">Version {version}</h2>
      <label class="filter">
        <span>Compared with version</span>
        <select value={against} onChange={(event) => go(href("agents", [id], { ...place.peek().query, against: event.currentTarget.value }))}>
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      </label>
      <Shown of={one}>
        {(mine) => (
          <Shown of={other}>
            {(theirs) =>
              version === against ? (
                <Diff label={`Version ${version}`} before="" after={toYaml(mine.definition)} />
              ) : (
                <Diff
                  label={`From version ${against} to version ${version}`}
                  before={toYaml(theirs.definition)}
                  after={toYaml(mine.definition)}
                />
              )
            }
          </Shown>
        )}
      </Shown>
    </section>
  );
}
