// One session: what it is, its transcript as it grows, and what can be done with it.

import type { VNode } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { Session } from "astra-client";
import { client } from "../../frame/client.ts";
import { useKeys } from "../../frame/keyboard.ts";
import { say } from "../../frame/notices.tsx";
import { go, href } from "../../frame/router.tsx";
import { me } from "../../frame/session.ts";
import { Action } from "../../parts/action.tsx";
import { Conversation } from "../../parts/conversation/conversation.ts";
import { Transcript } from "../../parts/conversation/transcript.tsx";
import { Id } from "../../parts/copy.tsx";
import { Confirm, Dialog } from "../../parts/dialog.tsx";
import { Shown } from "../../parts/empty.tsx";
import { bytes, count } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";

export function One({ id }: { id: string }): VNode {
  const session = useResource("sessions.get", { id }, (options) => client.sessions.get(id, options), {
    live: ["session.*", "agent.completed"],
  });
  return (
    <>
      <p>
        <a href={href("sessions")}>All sessions</a>
      </p>
      <Shown of={session}>
        {(data) => (
          <>
            <Head session={data} onChange={session.put} onReload={session.reload} />
            <Facts session={data} />
            <Messages session={data} />
          </>
        )}
      </Shown>
    </>
  );
}

type Asked = "edit" | "reset" | "delete" | undefined;

interface HeadProps {
  readonly session: Session;
  readonly onChange: (session: Session) => void;
  readonly onReload: () => void;
}

function Head({ session, onChange, onReload }: HeadProps): VNode {
  const asked = useSignal<Asked>(undefined);
  const { id } = session;
  const close = (): void => void (asked.value = undefined);
  const fork = async (): Promise<void> => {
    const made = await client.sessions.fork(id, {});
    say("It was copied.");
    go(href("sessions", [made.id]));
  };
  const isArchived = session.status === "archived";
  useKeys([{ key: "e", title: "Edit the session", run: () => (asked.value = "edit"), isAction: true }]);
  return (
    <>
      <div class="heading">
        <h1>{session.title ? <Text>{session.title}</Text> : <>Session with {session.agent_id}</>}</h1>
        <span class={isArchived ? "tag warn" : "tag good"}>{session.status}</span>
        <span class="fill" />
        <a class="button primary" href={href("chat", [id])}>
          Open in Chat
        </a>
      </div>
      <div class="buttons">
        <Action op="sessions.update" onPress={() => (asked.value = "edit")}>
          Edit
        </Action>
        <Action op="sessions.fork" onPress={fork}>
          Fork
        </Action>
        <Action
          op="sessions.compact"
          done="The older messages were summarised."
          isOff={isArchived && "An archived session stays as it is."}
          onPress={() => client.sessions.compact(id).then(onChange)}
        >
          Compact
        </Action>
        <Action
          op="sessions.reset"
          isOff={isArchived && "It is archived already."}
          onPress={() => (asked.value = "reset")}
        >
          Archive and begin anew
        </Action>
        <Action op="sessions.delete" kind="danger" onPress={() => (asked.value = "delete")}>
          Delete
        </Action>
      </div>
      {asked.value === "edit" && <Edit session={session} onChange={onChange} onClose={close} />}
      {asked.value === "reset" && (
        <Confirm
          title="Archive this session?"
          action="Archive and begin anew"
          onClose={close}
          onConfirm={async () => {
            const next = await client.sessions.reset(id);
            onReload();
            go(href("sessions", [next.id]));
          }}
        >
          <p>It stays readable. The next message on its surface goes to a new, empty session.</p>
        </Confirm>
      )}
      {asked.value === "delete" && (
        <Confirm
          title="Delete this session?"
          action="Delete the session"
          typed={id}
          done="The session was deleted."
          onClose={close}
          onConfirm={async () => {
            await client.sessions.delete(id);
            go(href("sessions"), true);
          }}
        >
          <p>Its {count(session.message_count)} messages, its turns and traces go too. This cannot be taken back.</p>
        </Confirm>
      )}
    </>
  );
}

interface EditProps {
  readonly session: Session;
  readonly onChange: (session: Session) => void;
  readonly onClose: () => void;
}

function Edit({ session, onChange, onClose }: EditProps): VNode {
  const title = useSignal(session.title ?? "");
  const version = useSignal(session.pinned_version?.toString() ?? "");
  const save = async (): Promise<void> => {
    const changed = await client.sessions.update(session.id, {
      title: title.peek() === "" ? null : title.peek(),
      pinned_version: version.peek() === "" ? null : Number(version.peek()),
    });
    onChange(changed);
    onClose();
  };
  return (
    <Dialog title="Edit the session" onClose={onClose}>
      <label class="field">
        <span>Title</span>
        <input value={title.value} maxLength={256} onInput={(event) => (title.value = event.currentTarget.value)} />
      </label>
      <label class="field">
        <span>Pinned version of {session.agent_id}; empty for the latest one</span>
        <input type="number" min={1} value={version.value} onInput={(event) => (version.value = event.currentTarget.value)} />
      </label>
      <div class="buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <Action op="sessions.update" kind="primary" done="The session was saved." onPress={save}>
          Save
        </Action>
      </div>
    </Dialog>
  );
}

function Facts({ session }: { session: Session }): VNode {
  return (
    <dl class="facts">
      <dt>Id</dt>
      <dd>
        <Id id={session.id} />
      </dd>
      <dt>Agent</dt>
      <dd>
        <a href={href("agents", [session.agent_id])}>{session.agent_id}</a>,{" "}
        {session.pinned_version === null ? "latest version" : `pinned to version ${session.pinned_version}`}
      </dd>
      <dt>User</dt>
      <dd>
        <code>{session.user_id}</code>
      </dd>
      <dt>Surface</dt>
      <dd>
        <Text>{session.surface}</Text> <span class="faint"><Text>{session.surface_id}</Text></span>
      </dd>
      <dt>Size</dt>
      <dd>
        {count(session.message_count)} messages, {count(session.input_tokens)} + {count(session.output_tokens)} tokens,{" "}
        {bytes(session.storage_bytes)}
      </dd>
      <dt>Began</dt>
      <dd>
        <Time of={session.created_at} />, last active <Time of={session.last_active_at} />
      </dd>
      {session.successor_id !== null && (
        <>
          <dt>Goes on in</dt>
          <dd>
            <a href={href("sessions", [session.successor_id])}>{session.successor_id}</a>
          </dd>
        </>
      )}
      {session.summary !== null && (
        <>
          <dt>Summary</dt>
          <dd>
            <Text>{session.summary}</Text>
          </dd>
        </>
      )}
      <dt>Traces</dt>
      <dd>
        <a href={href("traces", [], { session_id: session.id })}>The traces of its turns</a>
      </dd>
    </dl>
  );
}

function Messages({ session }: { session: Session }): VNode {
  const conversation = useMemo(() => new Conversation(session.id), [session.id]);
  useEffect(() => () => conversation.close(), [conversation]);
  const fork = async (messageId: string): Promise<void> => {
    const made = await client.sessions.fork(session.id, { message_id: messageId });
    go(href("chat", [made.id]));
  };
  return (
    <section aria-labelledby="transcript-title">
      <h2 id="transcript-title">
        Transcript <span class="small faint">{conversation.isFollowed.value ? "followed live" : ""}</span>
      </h2>
      <Transcript
        of={conversation}
        agent={session.agent_id}
        person={session.user_id === me.value?.id ? "You" : session.user_id}
        startsAtEnd={false}
        actions={(message) => (
          <Action op="sessions.fork" kind="plain" label={`Fork from this message, ${message.role}`} onPress={() => fork(message.id)}>
            Fork
          </Action>
        )}
      />
    </section>
  );
}
