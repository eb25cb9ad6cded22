// Taking back: what a turn or a session has left in memory, or all that is kept of a user.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { MemoryPurge, MemoryUndo } from "astra-client";
import { client } from "../../frame/client.ts";
import { me } from "../../frame/session.ts";
import { href, place } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Confirm, Dialog } from "../../parts/dialog.tsx";
import { count } from "../../parts/number.ts";
import { Table } from "../../parts/table.tsx";

export type UndoOf = { readonly turn_id: string } | { readonly session_id: string };

interface UndoProps {
  readonly of: UndoOf;
  readonly onDone?: (() => void) | undefined;
  readonly onClose: () => void;
}

/** Asks, undoes, and says what became of each memory. */
export function UndoConfirm({ of, onDone, onClose }: UndoProps): VNode {
  const done = useSignal<MemoryUndo | undefined>(undefined);
  const isTurn = "turn_id" in of;
  const id = isTurn ? of.turn_id : of.session_id;
  const account = done.value;
  if (account !== undefined) {
    const close = (): void => {
      onClose();
      onDone?.();
    };
    return (
      <Dialog title="It was taken back" onClose={close}>
        <Account of={account} />
        <div class="buttons">
          <button type="button" class="primary" onClick={close}>
            Close
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <Confirm
      title={isTurn ? "Undo what this turn remembered?" : "Forget this session?"}
      action={isTurn ? "Undo the turn" : "Forget the session"}
      // The answer is shown first.
      onClose={() => {
        if (done.peek() === undefined) onClose();
      }}
      onConfirm={async () => {
        done.value = await client.memory.undo(of);
      }}
    >
      <p>
        What <code>{id}</code> has made goes, what that had taken the place of holds again, and nothing is made of{" "}
        {isTurn ? "this turn" : "its turns"} again. The conversation itself stays.
      </p>
    </Confirm>
  );
}

function Account({ of }: { of: MemoryUndo }): VNode {
  return (
    <>
      <p>
        {count(of.deleted)} deleted, {count(of.restored)} hold again, {count(of.reverted)} are as before, {count(of.kept)} stay
        since others have confirmed or changed them; of {count(of.turns)} {of.turns === 1 ? "turn" : "turns"} nothing is
        remembered again.
      </p>
      {of.memories.length > 0 && (
        <Table
          title="What became of each memory"
          hasKeys={false}
          rows={of.memories}
          id={({ id }) => id}
          link={({ id }) => href("memory", [id])}
          columns={[
            { title: "Memory", cell: ({ id }) => id },
            { title: "Outcome", cell: ({ outcome }) => outcome },
          ]}
        />
      )}
    </>
  );
}

export function TakeBack(): VNode {
  const asked = useSignal<UndoOf | undefined>(undefined);
  const { query } = place.value;
  return (
    <>
      <section aria-labelledby="undo-title">
        <h2 id="undo-title">Undo a turn, or forget a session</h2>
        <p class="hint">
          Of your own memory; for admins and owners of the workspace's too. Each change is a new version, which the history of a
          memory shows.
        </p>
        <IdForm
          label="Turn"
          pattern="trn_[0-7][0-9a-hjkmnp-tv-z]{12}"
          placeholder="trn_…"
          value={query["turn"] ?? ""}
          action="Undo the turn …"
          op="memory.undo"
          onAsk={(turn_id) => (asked.value = { turn_id })}
        />
        <IdForm
          label="Session"
          pattern="ses_[0-7][0-9a-hjkmnp-tv-z]{12}"
          placeholder="ses_…"
          value={query["session"] ?? ""}
          action="Forget the session …"
          op="memory.undo"
          onAsk={(session_id) => (asked.value = { session_id })}
        />
      </section>
      <Purge />
      {asked.value !== undefined && <UndoConfirm of={asked.value} onClose={() => (asked.value = undefined)} />}
    </>
  );
}

interface IdFormProps {
  readonly label: string;
  readonly pattern: string;
  readonly placeholder: string;
  readonly value: string;
  readonly action: string;
  readonly op: "memory.undo" | "memory.purge_user";
  readonly kind?: "danger";
  readonly onAsk: (id: string) => void;
}

function IdForm({ label, pattern, placeholder, value, action, op, kind, onAsk }: IdFormProps): VNode {
  const id = useSignal(value);
  const isId = new RegExp(`^${pattern}$`).test(id.value.trim());
  return (
    <div class="filters">
      <label class="filter">
        <span>{label}</span>
        <input
          class="mono"
          autocomplete="off"
          placeholder={placeholder}
          value={id.value}
          onInput={(event) => (id.value = event.currentTarget.value)}
        />
      </label>
      <Action op={op} kind={kind} isOff={!isId && `Write the id first: ${placeholder}`} onPress={() => onAsk(id.peek().trim())}>
        {action}
      </Action>
    </div>
  );
}

function Purge(): VNode {
  const asked = useSignal<string | undefined>(undefined);
  const account = useSignal<MemoryPurge | undefined>(undefined);
  return (
    <section aria-labelledby="purge-title">
      <h2 id="purge-title">Purge a user</h2>
      <p class="hint">
        All that the workspace keeps of a user goes: memory, profile and graph; sessions, messages, turns and traces; jobs,
        events and usage. Owners purge every user, and each user itself. Your own id is <code>{me.value?.id}</code>.
      </p>
      <IdForm
        label="User"
        pattern="[ -~]{1,256}"
        placeholder="usr_…"
        value={place.value.query["user"] ?? ""}
        action="Purge the user …"
        op="memory.purge_user"
        kind="danger"
        onAsk={(id) => (asked.value = id)}
      />
      {asked.value !== undefined && (
        <Confirm
          title="Purge this user?"
          action="Purge the user"
          typed={asked.value}
          done="The user was purged."
          onClose={() => (asked.value = undefined)}
          onConfirm={async () => {
            account.value = await client.memory.purgeUser(asked.peek() ?? "");
          }}
        >
          <p>Nothing brings it back. Backups that were made before keep it. The account stays.</p>
        </Confirm>
      )}
      {account.value !== undefined && <Purged of={account.value} />}
    </section>
  );
}

function Purged({ of }: { of: MemoryPurge }): VNode {
  const tiers = of.tiers.map(({ tier, memories }) => `${count(memories)} of the tier ${tier}`).join(", ");
  return (
    <>
      <p role="status">
        {count(of.rows)} rows of <code>{of.user_id}</code> are gone{tiers !== "" && `; of memory ${tiers}`}.
      </p>
      <Table
        title="Rows that are gone"
        hasKeys={false}
        rows={of.tables}
        id={({ table }) => table}
        columns={[
          { title: "Table", cell: ({ table }) => table },
          { title: "Rows", cell: ({ rows }) => count(rows), isNumber: true },
        ]}
      />
    </>
  );
}
