// The people of the workspace and their roles.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Member } from "astra-client";
import { client } from "../../frame/client.ts";
import { href, place, setQuery } from "../../frame/router.tsx";
import { me, workspaces } from "../../frame/session.ts";
import { Action } from "../../parts/action.tsx";
import { Id } from "../../parts/copy.tsx";
import { Confirm, Dialog } from "../../parts/dialog.tsx";
import { NothingYet, Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { RoleField } from "./rolefield.tsx";
import { whyNot, whyNotRemoved } from "./roles.ts";

export function Members(): VNode {
  const id = me.value?.workspace_id ?? "";
  const cursor = useCursor();
  const asked = useSignal<{ readonly what: "role" | "remove"; readonly member: Member } | undefined>(undefined);
  const members = useResource("workspaces.list_members", { id, cursor }, (options) =>
    client.workspaces.listMembers(id, { cursor, limit: 50, ...options }),
  );
  const close = (): void => void (asked.value = undefined);
  const wanted = place.value.query["user"];
  return (
    <>
      <div class="buttons">
        <Action
          op="workspaces.create_invitation"
          kind="primary"
          onPress={() => setQuery({ tab: "invitations", new: true, cursor: null })}
        >
          Invite a person
        </Action>
      </div>
      <Shown of={members}>
        {({ items, nextCursor }) => (
          <>
            {wanted !== undefined && <Wanted id={wanted} isShown={items.some(({ user_id }) => user_id === wanted)} />}
            {items.length === 0 ? (
              <NothingYet what="The people who may sign in to the workspace. They join by invitations." />
            ) : (
              <Table
                title="Members"
                rows={items}
                id={({ user_id }) => user_id}
                next={nextCursor}
                columns={[
                  { title: "Member", cell: (member) => <Name member={member} isWanted={member.user_id === wanted} /> },
                  { title: "Role", cell: ({ role }) => <span class="tag">{role}</span> },
                  { title: "Id", cell: ({ user_id }) => <Id id={user_id} />, isWide: true },
                  { title: "Joined", cell: ({ joined_at }) => <Time of={joined_at} />, isWide: true },
                  { title: "What it did", cell: ({ user_id }) => <Deeds id={user_id} />, isWide: true },
                  {
                    title: "Actions",
                    cell: (member) => <Actions member={member} onAsk={(what) => (asked.value = { what, member })} />,
                  },
                ]}
              />
            )}
          </>
        )}
      </Shown>
      {asked.value?.what === "role" && (
        <ChangeRole member={asked.value.member} onDone={members.reload} onClose={close} />
      )}
      {asked.value?.what === "remove" && <Remove member={asked.value.member} onDone={members.reload} onClose={close} />}
    </>
  );
}

/** Where an id of a user led to. */
function Wanted({ id, isShown }: { id: string; isShown: boolean }): VNode {
  return (
    <p role="status">
      {isShown ? (
        <>
          <code>{id}</code> is marked in the list.
        </>
      ) : (
        <>
          <code>{id}</code> is not on this page of the list. End users of applications are not members: look for their{" "}
          <a href={href("sessions", [], { user_id: id })}>sessions</a> and{" "}
          <a href={href("traces", [], { user_id: id })}>traces</a>.
        </>
      )}{" "}
      <button type="button" class="plain" onClick={() => setQuery({ user: null })}>
        Forget it
      </button>
    </p>
  );
}

const called = (member: Member): string => member.display_name ?? member.email ?? member.user_id;
const isSelf = (member: Member): boolean => member.user_id === me.value?.id;

function Name({ member, isWanted }: { member: Member; isWanted: boolean }): VNode {
  return (
    <>
      {isWanted ? <mark>{called(member)}</mark> : <Text>{called(member)}</Text>}
      {isSelf(member) && <span class="faint"> (you)</span>}
      {member.email != null && member.display_name != null && (
        <span class="small faint">
          <br />
          <Text>{member.email}</Text>
        </span>
      )}
    </>
  );
}

function Deeds({ id }: { id: string }): VNode {
  return (
    <>
      <a href={href("sessions", [], { user_id: id })}>sessions</a>{" "}
      <a href={href("traces", [], { user_id: id })}>traces</a>{" "}
      <a href={href("admin", [], { tab: "audit", actor: id })}>changes</a>
    </>
  );
}

function Actions({ member, onAsk }: { member: Member; onAsk: (what: "role" | "remove") => void }): VNode {
  const own = me.value?.role ?? "viewer";
  return (
    <span class="choices">
      <Action
        op="workspaces.put_member"
        label={`Change role of ${called(member)}`}
        isOff={whyNot(own, member.role) ?? false}
        onPress={() => onAsk("role")}
      >
        Change role
      </Action>
      <Action
        op="workspaces.remove_member"
        kind="danger"
        label={isSelf(member) ? "Leave the workspace" : `Remove ${called(member)}`}
        isOff={
          whyNotRemoved(own, member.role, isSelf(member)) ??
          (isOnlyWorkspace(member) && "You belong to no other workspace.")
        }
        onPress={() => onAsk("remove")}
      >
        {isSelf(member) ? "Leave" : "Remove"}
      </Action>
    </span>
  );
}

const isOnlyWorkspace = (member: Member): boolean => isSelf(member) && workspaces.value.length === 1;

interface DialogProps {
  readonly member: Member;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

function ChangeRole({ member, onDone, onClose }: DialogProps): VNode {
  const role = useSignal<string>(member.role);
  const save = async (): Promise<void> => {
    await client.workspaces.putMember(me.peek()?.workspace_id ?? "", member.user_id, { role: role.peek() });
    onDone();
    onClose();
  };
  return (
    <Dialog title={`The role of ${called(member)}`} onClose={onClose}>
      <RoleField value={role.value} onChange={(next) => (role.value = next)} />
      <p class="hint">
        What the member loses, its tokens lose with the next request. What it gains, it gains with its next sign-in.
      </p>
      <div class="buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <Action
          op="workspaces.put_member"
          kind="primary"
          done={`${called(member)} is ${role.value} now.`}
          isOff={role.value === member.role && "It is the present role."}
          onPress={save}
        >
          Save
        </Action>
      </div>
    </Dialog>
  );
}

function Remove({ member, onDone, onClose }: DialogProps): VNode {
  const isMe = isSelf(member);
  return (
    <Confirm
      title={isMe ? "Leave the workspace?" : `Remove ${called(member)}?`}
      action={isMe ? "Leave the workspace" : "Remove the member"}
      typed={member.email ?? member.user_id}
      done={isMe ? "You have left the workspace." : `${called(member)} was removed.`}
      onClose={onClose}
      onConfirm={async () => {
        await client.workspaces.removeMember(me.peek()?.workspace_id ?? "", member.user_id);
        if (!isMe) onDone();
      }}
    >
      <p>
        {isMe ? "Your" : "Its"} sign-ins in this workspace end with the next request. What {isMe ? "you" : "it"} made
        stays.
      </p>
      {!isMe && <p>If the person belongs to no other workspace, the account is deleted.</p>}
    </Confirm>
  );
}
