// Saving a definition: a new version, after one has seen the difference; and when someone else was faster, all three
// texts: what it was, what it is now, and one's own.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { AgentDefinition } from "astra-client";
import { ApiError, client, PreconditionFailedError } from "../../frame/client.ts";
import { useKeys } from "../../frame/keyboard.ts";
import { Problem, say } from "../../frame/notices.tsx";
import { may } from "../../frame/permissions.ts";
import { useUnsaved } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Diff } from "../../parts/diff.tsx";
import { useResource } from "../../parts/resource.ts";
import { type Fault, faultsOf } from "../../parts/schema.ts";
import { definitionOf, definitionSchema, ownerOf, toYaml } from "./definition.ts";
import { Editor } from "./editor.tsx";
import { readTagged, type Tagged } from "./one.tsx";

interface DefinitionProps {
  readonly of: Tagged;
  readonly onSaved: (saved: Tagged) => void;
}

export function Definition({ of, onSaved }: DefinitionProps): VNode {
  const { agent, etag } = of;
  const before = definitionOf(agent);
  const draft = useSignal<AgentDefinition>(before);
  const isAsked = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const faults = useSignal<readonly Fault[]>([]);
  const theirs = useSignal<Tagged | undefined>(undefined);
  const isChanged = JSON.stringify(draft.value) !== JSON.stringify(before);
  useUnsaved(isChanged ? "The changes are not saved. Leave them?" : undefined);

  const save = async (ifMatch: string | undefined): Promise<void> => {
    error.value = undefined;
    try {
      const { data, response } = await client.agents.replace(agent.id, draft.peek(), { ifMatch }).withResponse();
      isAsked.value = false;
      theirs.value = undefined;
      say(`Version ${data.version} was saved.`);
      onSaved({ agent: data, etag: response.headers.get("etag") ?? undefined });
    } catch (thrown) {
      isAsked.value = false;
      if (thrown instanceof PreconditionFailedError) theirs.value = await readTagged(agent.id);
      else if (thrown instanceof ApiError) {
        error.value = thrown;
        faults.value = thrown.errors.map(({ pointer = "", detail = "" }) => ({ pointer, detail }));
      } else throw thrown;
    }
  };
  const ask = (): void => {
    faults.value = [];
    if (isChanged && faultsOf(draft.peek(), definitionSchema).length === 0) isAsked.value = true;
  };
  const isOff = !may("agents.replace").isAllowed || agent.borrowed != null;
  useKeys([{ key: "mod+s", title: "Save the agent", run: ask, isAction: true }]);
  const current = faultsOf(draft.value, definitionSchema);
  return (
    <>
      <Owner id={agent.id} />
      <Problem error={error.value} />
      <Editor definition={draft.value} faults={faults.value} isOff={isOff} onChange={(next) => (draft.value = next)} />
      <div class="buttons save">
        <Action
          op="agents.replace"
          kind="primary"
          isOff={
            (agent.borrowed != null && "A borrowed agent is changed by its lender.") ||
            (!isChanged && "Nothing was changed.") ||
            (current.length > 0 && `${current[0]?.pointer} ${current[0]?.detail}`)
          }
          onPress={ask}
        >
          Save …
        </Action>
        {isChanged && (
          <button type="button" onClick={() => (draft.value = before)}>
            Undo all changes
          </button>
        )}
      </div>
      {isAsked.value && (
        <Dialog title="Save as a new version?" onClose={() => (isAsked.value = false)} isWide>
          <Diff label="What changes" before={toYaml(before)} after={toYaml(draft.value)} />
          <div class="buttons">
            <button type="button" onClick={() => (isAsked.value = false)}>
              Cancel
            </button>
            <Action op="agents.replace" kind="primary" onPress={() => save(etag)}>
              Save version {agent.version + 1}
            </Action>
          </div>
        </Dialog>
      )}
      {theirs.value !== undefined && (
        <Conflict
          base={toYaml(before)}
          theirs={theirs.value}
          mine={toYaml(draft.value)}
          onTake={() => theirs.value !== undefined && onSaved(theirs.value)}
          onKeep={() => save(theirs.peek()?.etag)}
          onClose={() => (theirs.value = undefined)}
        />
      )}
    </>
  );
}

/** Of an agent that a file defines, what a change here means. */
function Owner({ id }: { id: string }): VNode | null {
  const latest = useResource("agents.list_versions", { id, limit: 1 }, (options) =>
    client.agents.listVersions(id, { limit: 1, ...options }),
  );
  const owner = ownerOf(latest.data?.items[0]?.created_by ?? "");
  if (owner.kind === "api") return null;
  return (
    <p class="hint">
      {owner.kind === "file" ? (
        <>
          Defined in <code>{owner.file}</code>: your change stands until that file changes.
        </>
      ) : (
        <>Defined in the gateway's configuration: your change stands until that changes.</>
      )}
    </p>
  );
}

interface ConflictProps {
  readonly base: string;
  readonly theirs: Tagged;
  readonly mine: string;
  readonly onTake: () => void;
  readonly onKeep: () => Promise<void>;
  readonly onClose: () => void;
}

function Conflict({ base, theirs, mine, onTake, onKeep, onClose }: ConflictProps): VNode {
  const now = toYaml(definitionOf(theirs.agent));
  return (
    <Dialog title={`Version ${theirs.agent.version} was saved meanwhile`} onClose={onClose} isWide>
      <p>Nothing is lost: choose what the next version is to be, or close this and go on editing.</p>
      <div class="thirds">
        <section>
          <h3>What the other one changed</h3>
          <Diff label="From what you began with to what is saved" before={base} after={now} />
        </section>
        <section>
          <h3>What you changed</h3>
          <Diff label="From what you began with to yours" before={base} after={mine} />
        </section>
        <section>
          <h3>If you save yours</h3>
          <Diff label="From what is saved to yours" before={now} after={mine} />
        </section>
      </div>
      <div class="buttons">
        <button type="button" onClick={onTake}>
          Take version {theirs.agent.version}, drop mine
        </button>
        <Action op="agents.replace" kind="danger" onPress={onKeep}>
          Save mine as version {theirs.agent.version + 1}
        </Action>
      </div>
    </Dialog>
  );
}
