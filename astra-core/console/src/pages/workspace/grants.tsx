// Agents that the workspace lends to others, and those that it borrows.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { CreateGrant, Grant } from "astra-client";
import schema from "../../../client/schemas/CreateGrant.json";
import { client } from "../../frame/client.ts";
import { href, place } from "../../frame/router.tsx";
import { me } from "../../frame/session.ts";
import { Action } from "../../parts/action.tsx";
import { Id } from "../../parts/copy.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { NothingYet, Shown } from "../../parts/empty.tsx";
import { FormDialog, type Value } from "../../parts/formdialog.tsx";
import { Lasting } from "../../parts/lasting.tsx";
import { count, usd } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import type { Schema } from "../../parts/schema.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { Time } from "../../parts/time.tsx";

const DAY = 86_400;

export function Grants(): VNode {
  const id = me.value?.workspace_id ?? "";
  const cursor = useCursor();
  const isNew = useSignal(false);
  const ended = useSignal<Grant | undefined>(undefined);
  const grants = useResource("workspaces.list_grants", { id, cursor }, (options) =>
    client.workspaces.listGrants(id, { cursor, limit: 50, ...options }),
  );
  const offer = (
    <Action op="workspaces.create_grant" kind="primary" onPress={() => (isNew.value = true)}>
      Lend an agent
    </Action>
  );
  return (
    <>
      <Shown of={grants}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <NothingYet what="By a grant a workspace lends an agent to another one, which may ask it and cannot change it.">
              {offer}
            </NothingYet>
          ) : (
            <>
              <div class="buttons">{offer}</div>
              <Rows grants={items} next={nextCursor} onEnd={(grant) => (ended.value = grant)} onDone={grants.reload} />
            </>
          )
        }
      </Shown>
      {isNew.value && <Offer onDone={grants.reload} onClose={() => (isNew.value = false)} />}
      {ended.value && (
        <Confirm
          title={wordOf(ended.value, "End this grant?", "Return this agent?", "Decline this offer?")}
          action={wordOf(ended.value, "End the grant", "Return the agent", "Decline the offer")}
          done="The grant has ended."
          onClose={() => (ended.value = undefined)}
          onConfirm={async () => {
            await client.workspaces.revokeGrant(id, ended.peek()?.id ?? "");
            grants.reload();
          }}
        >
          <p>
            Turns that have begun come to their end; the next question is refused. Sessions with the agent stay
            readable.
          </p>
        </Confirm>
      )}
    </>
  );
}

function wordOf(grant: Grant, lent: string, borrowed: string, offered: string): string {
  if (grant.direction !== "borrowed") return lent;
  return grant.status === "offered" ? offered : borrowed;
}

interface RowsProps {
  readonly grants: readonly Grant[];
  readonly next: string | undefined;
  readonly onEnd: (grant: Grant) => void;
  readonly onDone: () => void;
}

const tags: Readonly<Record<string, string>> = { active: "tag good", offered: "tag warn" };

function Rows({ grants, next, onEnd, onDone }: RowsProps): VNode {
  const workspaceId = me.value?.workspace_id ?? "";
  const wanted = place.value.query["id"];
  return (
    <Table
      title="Grants"
      rows={grants}
      id={(grant) => grant.id}
      next={next}
      columns={[
        {
          title: "Agent",
          cell: (grant) => (
            <>
              {grant.id === wanted ? <mark>{grant.agent_id}</mark> : <AgentLink grant={grant} />}
              <br />
              <Id id={grant.id} />
            </>
          ),
        },
        {
          title: "Direction",
          cell: (grant) => (
            <>
              {grant.direction === "lent"
                ? "lent to"
                : grant.direction === "borrowed"
                  ? "borrowed from"
                  : grant.direction}{" "}
              <code>{grant.direction === "lent" ? grant.borrower_id : grant.lender_id}</code>
            </>
          ),
        },
        { title: "Status", cell: ({ status }) => <span class={tags[status] ?? "tag"}>{status}</span> },
        { title: "Requests", cell: ({ used }) => count(used.requests), isNumber: true, isWide: true },
        {
          title: "Tokens",
          cell: ({ used }) => count(used.input_tokens + used.output_tokens),
          isNumber: true,
          isWide: true,
        },
        { title: "Cost", cell: ({ used }) => usd(used.cost_usd), isNumber: true, isWide: true },
        { title: "Ends", cell: (grant) => <Time of={grant.ended_at ?? grant.expires_at} /> },
        {
          title: "Actions",
          cell: (grant) => (
            <span class="choices">
              {grant.direction === "borrowed" && grant.status === "offered" && (
                <Action
                  op="workspaces.accept_grant"
                  label={`Accept ${grant.agent_id}`}
                  done={`${grant.agent_id} is among the agents now.`}
                  onPress={() => client.workspaces.acceptGrant(workspaceId, grant.id).then(onDone)}
                >
                  Accept
                </Action>
              )}
              {(grant.status === "offered" || grant.status === "active") && (
                <Action
                  op="workspaces.revoke_grant"
                  kind="danger"
                  label={`${wordOf(grant, "End", "Return", "Decline")} ${grant.agent_id}`}
                  onPress={() => onEnd(grant)}
                >
                  {wordOf(grant, "End", "Return", "Decline")}
                </Action>
              )}
            </span>
          ),
        },
      ]}
    />
  );
}

/** In the workspace that borrows, the grant's id is the agent's. */
function AgentLink({ grant }: { grant: Grant }): VNode {
  if (grant.direction === "borrowed" && grant.status !== "active") return <>{grant.agent_id}</>;
  return <a href={href("agents", [grant.direction === "borrowed" ? grant.id : grant.agent_id])}>{grant.agent_id}</a>;
}

function Offer({ onDone, onClose }: { onDone: () => void; onClose: () => void }): VNode {
  const value = useSignal<Value>({ expires_in: 30 * DAY });
  const agents = useResource("agents.list", { limit: 200 }, (options) =>
    client.agents.list({ limit: 200, ...options }),
  );
  const own = agents.data?.items.filter(({ borrowed }) => borrowed == null).map(({ id }) => id) ?? [];
  const send = async (body: Value): Promise<void> => {
    await client.workspaces.createGrant(me.peek()?.workspace_id ?? "", body as unknown as CreateGrant);
    onDone();
  };
  return (
    <FormDialog
      title="Lend an agent"
      op="workspaces.create_grant"
      action="Offer it"
      done="The agent was offered: an admin there has to accept it."
      schema={schema as unknown as Schema}
      hidden={["expires_in"]}
      choices={{ "/agent_id": own }}
      value={value.value}
      onChange={(next) => (value.value = next)}
      onSend={send}
      onClose={onClose}
      before={
        <p>
          The members there may ask the agent, and read its instructions, its model and its tools. Sessions, memory and
          usage are theirs.
        </p>
      }
    >
      <Lasting
        title="Ends in"
        choices={[DAY, 7 * DAY, 30 * DAY, 90 * DAY, 366 * DAY]}
        value={value.value["expires_in"] as number | undefined}
        onChange={(expires_in) => (value.value = { ...value.peek(), expires_in })}
      />
    </FormDialog>
  );
}
