// One conversation, or two that get the same messages: the picker before the first message, transcripts, the composer, and
// what entered the prompt.

import type { VNode } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { MessageContent, Session } from "astra-client";
import { client } from "../../frame/client.ts";
import { type KeyAction, useKeys } from "../../frame/keyboard.ts";
import { attempt } from "../../frame/notices.tsx";
import { go, href, place } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { AsCode } from "../../parts/calls.tsx";
import { Conversation } from "../../parts/conversation/conversation.ts";
import { Transcript } from "../../parts/conversation/transcript.tsx";
import { isOver } from "../../parts/conversation/turn.ts";
import { Id } from "../../parts/copy.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Problem } from "../../frame/notices.tsx";
import { useResource } from "../../parts/resource.ts";
import { Text } from "../../parts/text.tsx";
import { Composer } from "./composer.tsx";
import { Context } from "./context.tsx";
import { type Chosen, Picker } from "./picker.tsx";

interface TalkProps {
  readonly sessionId: string | undefined;
  readonly besideId: string | undefined;
}

export function Talk({ sessionId, besideId }: TalkProps): VNode {
  const one = useConversation(sessionId);
  const other = useConversation(besideId);
  const session = useSession(sessionId);
  const beside = useSession(besideId);
  const isPanelOpen = useSignal(innerWidth > 1100);
  const chosen = useSignal<Chosen>({ agentId: undefined, version: undefined, beside: undefined });
  const talks = [one, other].filter((it) => it !== undefined);
  const isBusy = talks.some((it) => it.sent.value !== undefined || (it.live.value !== undefined && !isOver(it.live.value)));

  const send = async (message: MessageContent): Promise<void> => {
    const found = session.data;
    if (one === undefined) await begin(chosen.peek(), message);
    else if (found !== undefined) {
      const sends = [one.send(found.agent_id, message)];
      if (other !== undefined && beside.data !== undefined) sends.push(other.send(beside.data.agent_id, message));
      await Promise.all(sends);
    }
  };
  const cancel = (): void => void attempt(() => Promise.all(talks.map((it) => it.cancel())));
  useKeys(keysOf(isPanelOpen, isBusy ? cancel : undefined));
  const name = session.data?.agent_id ?? chosen.value.agentId;
  return (
    <div class={isPanelOpen.value && sessionId !== undefined ? "chat with-panel" : "chat"}>
      <div class="chat-main">
        <div class="heading">
          <h1>{session.data?.title ? <Text>{session.data.title}</Text> : name ? <>Chat with {name}</> : "Chat"}</h1>
          {sessionId !== undefined && (
            <Head session={session.data} isPanelOpen={isPanelOpen.value} onPanel={() => (isPanelOpen.value = !isPanelOpen.peek())} />
          )}
        </div>
        <Problem error={session.error} retry={session.reload} />
        {one === undefined ? (
          <Picker chosen={chosen.value} onChange={(next) => (chosen.value = next)} />
        ) : (
          <div class={other === undefined ? undefined : "beside"}>
            <Side of={one} session={session.data} isNamed={other !== undefined} />
            {other !== undefined && <Side of={other} session={beside.data} isNamed />}
          </div>
        )}
        <Composer isBusy={isBusy} isOff={offReason(one, session.data, chosen.value)} onSend={send} onCancel={cancel} />
      </div>
      {isPanelOpen.value && sessionId !== undefined && one !== undefined && (
        <Context sessionId={sessionId} turns={one.ended.value} />
      )}
    </div>
  );
}

function offReason(one: Conversation | undefined, session: Session | undefined, chosen: Chosen): string | undefined {
  if (one === undefined) return chosen.agentId === undefined ? "Choose an agent first." : undefined;
  if (session?.status === "archived") return "This session is archived: it can be read and forked.";
  return undefined;
}

function keysOf(isPanelOpen: { value: boolean }, cancel: (() => void) | undefined): KeyAction[] {
  const keys: KeyAction[] = [
    { key: "n", title: "A new conversation", run: () => go(href("chat")), isAction: true },
    { key: "i", title: "What entered the prompt", run: () => (isPanelOpen.value = !isPanelOpen.value), isAction: true },
    { key: "/", title: "Write a message", run: () => document.getElementById("composer")?.focus() },
  ];
  if (cancel !== undefined) keys.push({ key: "Escape", title: "Cancel the turn", run: cancel, isAction: true });
  return keys;
}

function useConversation(id: string | undefined): Conversation | undefined {
  const conversation = useMemo(() => (id === undefined ? undefined : (begun.get(id) ?? new Conversation(id))), [id]);
  useEffect(
    () => () => {
      conversation?.close();
      if (id !== undefined) begun.delete(id);
    },
    [conversation],
  );
  return conversation;
}

function useSession(id: string | undefined) {
  return useResource("sessions.get", { id }, (options) => client.sessions.get(id ?? "", options), {
    isWanted: id !== undefined,
  });
}

/** Conversations that began a moment ago: their message is on its way while the address changes. */
const begun = new Map<string, Conversation>();

/** Opens a session for each version, goes to its address, and sends the first message. */
async function begin(chosen: Chosen, message: MessageContent): Promise<void> {
  const { agentId, version, beside } = chosen;
  if (agentId === undefined) return;
  const open = async (pinned: number | undefined): Promise<Conversation> => {
    const made = await client.sessions.create({
      agent_id: agentId,
      surface: "console",
      surface_id: `console-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`,
      ...(pinned === undefined ? {} : { pinned_version: pinned }),
    });
    const conversation = new Conversation(made.id);
    begun.set(made.id, conversation);
    return conversation;
  };
  const one = await open(version);
  const other = beside === undefined ? undefined : await open(beside);
  go(href("chat", [one.sessionId], { beside: other?.sessionId }));
  await Promise.all([one.send(agentId, message), other?.send(agentId, message)]);
}

function Side({ of, session, isNamed }: { of: Conversation; session: Session | undefined; isNamed: boolean }): VNode {
  const fork = async (messageId: string): Promise<void> => {
    const made = await client.sessions.fork(of.sessionId, { message_id: messageId });
    go(href("chat", [made.id]));
  };
  return (
    <div>
      {!isNamed && <h2 class="unseen">Conversation</h2>}
      {isNamed && <h2>{session?.pinned_version == null ? "Latest version" : `Version ${session.pinned_version}`}</h2>}
      <Transcript
        of={of}
        agent={session?.agent_id ?? "Agent"}
        actions={(message) => (
          <Action op="sessions.fork" kind="plain" label={`Fork from this message, ${message.role}`} onPress={() => fork(message.id)}>
            Fork
          </Action>
        )}
      />
    </div>
  );
}

interface HeadProps {
  readonly session: Session | undefined;
  readonly isPanelOpen: boolean;
  readonly onPanel: () => void;
}

function Head({ session, isPanelOpen, onPanel }: HeadProps): VNode {
  const isCodeOpen = useSignal(false);
  const id = session?.id ?? place.value.parts[0] ?? "";
  const body = JSON.stringify({ agent_id: session?.agent_id ?? "", session_id: id, message: "Good morning" }, null, 2);
  return (
    <>
      <Id id={id} />
      {session?.pinned_version != null && <span class="tag">version {session.pinned_version}</span>}
      {session?.status === "archived" && <span class="tag warn">archived</span>}
      <span class="fill" />
      <a class="button" href={href("chat")}>
        New
      </a>
      <button type="button" onClick={() => (isCodeOpen.value = true)}>
        As code
      </button>
      <button type="button" aria-pressed={isPanelOpen} onClick={onPanel}>
        Prompt
      </button>
      {isCodeOpen.value && (
        <Dialog title="A message of this conversation, as code" onClose={() => (isCodeOpen.value = false)} isWide>
          <AsCode call={{ operation: "chat.send", method: "POST", path: "/chat", body }} />
        </Dialog>
      )}
    </>
  );
}
