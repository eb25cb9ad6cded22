// Invitations: the way for people to join. The code is shown once.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { CreateInvitation, Invitation, InvitationWithCode } from "astra-client";
import schema from "../../../client/schemas/CreateInvitation.json";
import { client, consoleUrl } from "../../frame/client.ts";
import { useKeys } from "../../frame/keyboard.ts";
import { may } from "../../frame/permissions.ts";
import { place, setQuery } from "../../frame/router.tsx";
import { me } from "../../frame/session.ts";
import { Action } from "../../parts/action.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { NothingYet, Shown } from "../../parts/empty.tsx";
import { FormDialog, type Value } from "../../parts/formdialog.tsx";
import { Lasting } from "../../parts/lasting.tsx";
import { useResource } from "../../parts/resource.ts";
import type { Schema } from "../../parts/schema.ts";
import { Secret } from "../../parts/secret.tsx";
import { Table, useCursor } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { RoleField } from "./rolefield.tsx";
import { whyNot } from "./roles.ts";

const DAY = 86_400;

export function Invitations(): VNode {
  const id = me.value?.workspace_id ?? "";
  const cursor = useCursor();
  const revoked = useSignal<Invitation | undefined>(undefined);
  const made = useSignal<InvitationWithCode | undefined>(undefined);
  const { new: isNew, id: wanted } = place.value.query;
  const invitations = useResource("workspaces.list_invitations", { id, cursor }, (options) =>
    client.workspaces.listInvitations(id, { cursor, limit: 50, ...options }),
  );
  const begin = (): void => setQuery({ new: true });
  useKeys([{ key: "n", title: "Invite a person", run: begin, isAction: true }]);
  const invite = (
    <Action op="workspaces.create_invitation" kind="primary" onPress={begin}>
      Invite a person
    </Action>
  );
  return (
    <>
      <Shown of={invitations}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <NothingYet what="By an invitation a person joins the workspace. Those that are open are listed here.">
              {invite}
            </NothingYet>
          ) : (
            <>
              <div class="buttons">{invite}</div>
              <Table
                title="Open invitations"
                rows={items}
                id={(it) => it.id}
                next={nextCursor}
                columns={[
                  {
                    title: "For",
                    cell: ({ email, id: own }) => {
                      const text = email == null ? "who has the code" : email;
                      return own === wanted ? <mark>{text}</mark> : <Text>{text}</Text>;
                    },
                  },
                  { title: "Role", cell: ({ role }) => <span class="tag">{role}</span> },
                  { title: "Invited by", cell: ({ created_by }) => <code>{created_by}</code>, isWide: true },
                  { title: "Made", cell: ({ created_at }) => <Time of={created_at} />, isWide: true },
                  { title: "Ends", cell: ({ expires_at }) => <Time of={expires_at} /> },
                  {
                    title: "Actions",
                    cell: (it) => (
                      <Action
                        op="workspaces.revoke_invitation"
                        kind="danger"
                        label={`Revoke the invitation for ${it.email ?? it.id}`}
                        isOff={whyNot(me.value?.role ?? "viewer", it.role) ?? false}
                        onPress={() => (revoked.value = it)}
                      >
                        Revoke
                      </Action>
                    ),
                  },
                ]}
              />
            </>
          )
        }
      </Shown>
      {isNew !== undefined && made.value === undefined && may("workspaces.create_invitation").isAllowed && (
        <Invite
          onMade={(it) => {
            made.value = it;
            invitations.reload();
          }}
          onClose={() => setQuery({ new: null }, true)}
        />
      )}
      {made.value && <Made of={made.value} onClose={() => (made.value = undefined)} />}
      {revoked.value && (
        <Confirm
          title="Revoke this invitation?"
          action="Revoke the invitation"
          done="The invitation was revoked."
          onClose={() => (revoked.value = undefined)}
          onConfirm={async () => {
            await client.workspaces.revokeInvitation(id, revoked.peek()?.id ?? "");
            invitations.reload();
          }}
        >
          <p>Its code is refused from now on.</p>
        </Confirm>
      )}
    </>
  );
}

function Invite({ onMade, onClose }: { onMade: (made: InvitationWithCode) => void; onClose: () => void }): VNode {
  const value = useSignal<Value>({ role: "member", expires_in_s: 7 * DAY });
  const send = async (body: Value): Promise<void> => {
    onMade(
      await client.workspaces.createInvitation(me.peek()?.workspace_id ?? "", body as unknown as CreateInvitation),
    );
  };
  return (
    <FormDialog
      title="Invite a person"
      op="workspaces.create_invitation"
      action="Make the invitation"
      schema={schema as unknown as Schema}
      hidden={["role", "expires_in_s"]}
      value={value.value}
      onChange={(next) => (value.value = next)}
      onSend={send}
      onClose={onClose}
      before={<p>The gateway sends no e-mail: you give the link, or the code, to the person.</p>}
    >
      <RoleField value={String(value.value["role"])} onChange={(role) => (value.value = { ...value.peek(), role })} />
      <Lasting
        title="Good for"
        choices={[DAY, 7 * DAY, 30 * DAY]}
        value={value.value["expires_in_s"] as number | undefined}
        onChange={(expires_in_s) => (value.value = { ...value.peek(), expires_in_s })}
      />
    </FormDialog>
  );
}

/** The link of the operator's own page, else that of the console. The code stands behind `#`: no server sees it. */
function Made({ of: { code, link, invitation }, onClose }: { of: InvitationWithCode; onClose: () => void }): VNode {
  const own = `${new URL("invitation", consoleUrl).href}#${new URLSearchParams({ invitation: code })}`;
  return (
    <Secret
      title="The invitation"
      texts={[
        ["Link", link ?? own],
        ["Code", code],
      ]}
      onClose={onClose}
    >
      <p>
        One person joins by it as {invitation.role}
        {invitation.email == null ? "" : `, with the address ${invitation.email} alone`}. It is good until{" "}
        <Time of={invitation.expires_at} isExact />.
      </p>
    </Secret>
  );
}
