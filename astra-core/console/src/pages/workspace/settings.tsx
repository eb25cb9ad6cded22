// The name of the workspace, a new one, and the end of this one.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { CreateWorkspace, Workspace } from "astra-client";
import createSchema from "../../../client/schemas/CreateWorkspace.json";
import updateSchema from "../../../client/schemas/UpdateWorkspace.json";
import { client, PreconditionFailedError } from "../../frame/client.ts";
import { go } from "../../frame/router.tsx";
import { me, readWorkspaces, switchWorkspace } from "../../frame/session.ts";
import { Action } from "../../parts/action.tsx";
import { Id } from "../../parts/copy.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { Shown } from "../../parts/empty.tsx";
import { FormDialog, type Value } from "../../parts/formdialog.tsx";
import { useResource } from "../../parts/resource.ts";
import type { Schema } from "../../parts/schema.ts";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";

interface Tagged {
  readonly state: Workspace;
  readonly etag: string | undefined;
}

const isPerson = (): boolean => me.value?.kind === "user";

export function Settings(): VNode {
  const id = me.value?.workspace_id ?? "";
  const asked = useSignal<"rename" | "create" | "delete" | undefined>(undefined);
  const close = (): void => void (asked.value = undefined);
  const of = useResource("workspaces.get", { id }, async (options): Promise<Tagged> => {
    const { data, response } = await client.workspaces.get(id, options).withResponse();
    return { state: data, etag: response.headers.get("etag") ?? undefined };
  });
  return (
    <Shown of={of}>
      {(tagged) => (
        <>
          <dl class="facts">
            <dt>Name</dt>
            <dd>
              <Text>{tagged.state.name}</Text>
            </dd>
            <dt>Id</dt>
            <dd>
              <Id id={tagged.state.id} />
            </dd>
            <dt>Your role</dt>
            <dd>{tagged.state.role}</dd>
            <dt>Made</dt>
            <dd>
              <Time of={tagged.state.created_at} />, changed <Time of={tagged.state.updated_at} />
            </dd>
          </dl>
          <div class="buttons">
            <Action op="workspaces.update" onPress={() => (asked.value = "rename")}>
              Rename
            </Action>
            <Action
              op="workspaces.create"
              isOff={!isPerson() && "Only people who signed in create workspaces."}
              onPress={() => (asked.value = "create")}
            >
              New workspace
            </Action>
            <Action op="workspaces.delete" kind="danger" onPress={() => (asked.value = "delete")}>
              Delete this workspace
            </Action>
          </div>
          {asked.value === "rename" && <Rename of={tagged} onPut={of.put} onReload={of.reload} onClose={close} />}
          {asked.value === "create" && <Create onClose={close} />}
          {asked.value === "delete" && <Delete of={tagged} onClose={close} />}
        </>
      )}
    </Shown>
  );
}

interface RenameProps {
  readonly of: Tagged;
  readonly onPut: (next: Tagged) => void;
  readonly onReload: () => void;
  readonly onClose: () => void;
}

function Rename({ of, onPut, onReload, onClose }: RenameProps): VNode {
  const begun = useSignal(of).value;
  const value = useSignal<Value>({ name: begun.state.name });
  const send = async (body: Value): Promise<void> => {
    try {
      const { data, response } = await client.workspaces
        .update(begun.state.id, body, { ifMatch: begun.etag })
        .withResponse();
      onPut({ state: data, etag: response.headers.get("etag") ?? undefined });
      await readWorkspaces();
    } catch (error) {
      if (error instanceof PreconditionFailedError) onReload();
      throw error;
    }
  };
  return (
    <FormDialog
      title="Rename the workspace"
      op="workspaces.update"
      action="Save"
      done="The workspace was renamed."
      schema={updateSchema as unknown as Schema}
      value={value.value}
      onChange={(next) => (value.value = next)}
      onSend={send}
      onClose={onClose}
    />
  );
}

function Create({ onClose }: { onClose: () => void }): VNode {
  const value = useSignal<Value>({});
  const send = async (body: Value): Promise<void> => {
    const made = await client.workspaces.create(body as unknown as CreateWorkspace);
    await switchWorkspace(made.id);
    go("./");
  };
  return (
    <FormDialog
      title="New workspace"
      op="workspaces.create"
      action="Create and go there"
      done="This is the new workspace."
      schema={createSchema as unknown as Schema}
      value={value.value}
      onChange={(next) => (value.value = next)}
      before={<p>You become its owner. It has no agents: those on disk belong to the first workspace.</p>}
      onSend={send}
      onClose={onClose}
    />
  );
}

function Delete({ of: { state, etag }, onClose }: { of: Tagged; onClose: () => void }): VNode {
  return (
    <Confirm
      title="Delete this workspace?"
      action="Delete the workspace and all that is in it"
      typed={state.name}
      done="The workspace was deleted."
      onClose={onClose}
      onConfirm={() => client.workspaces.delete(state.id, { ifMatch: etag })}
    >
      <p>
        Agents, sessions, memory, jobs, members, tokens and the audit of <Text>{state.name}</Text> go, and nothing
        brings any of it back. Tokens for it, yours too, are refused from the answer on.
      </p>
    </Confirm>
  );
}
