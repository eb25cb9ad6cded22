// A turn run again: the same question to the same version, after the same messages, in a session of its own.

import type { TraceDetail } from "astra-client";
import { client } from "../../frame/client.ts";
import { go, href } from "../../frame/router.tsx";

/** Pages of a session's messages that are looked through for what came before the question. */
const PAGES_MAX = 50;

/** The message before another one; nothing if that is the first one. */
async function before(sessionId: string, messageId: string): Promise<string | undefined> {
  let isFound = false;
  let pages = 0;
  for await (const page of client.sessions.listMessages(sessionId, { limit: 200 }).pages()) {
    for (const { id } of page.items) {
      if (isFound) return id;
      isFound = id === messageId;
    }
    if (++pages >= PAGES_MAX) throw new Error("The question is too far back in its session.");
  }
  if (!isFound) throw new Error("The question is not in its session any more.");
  return undefined;
}

async function sessionFor(trace: TraceDetail, messageId: string): Promise<string> {
  const last = await before(trace.session_id, messageId);
  if (last === undefined) {
    const made = await client.sessions.create({
      agent_id: trace.agent_id,
      pinned_version: trace.agent_version,
      surface: "console",
      surface_id: `console-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`,
    });
    return made.id;
  }
  const made = await client.sessions.fork(trace.session_id, { message_id: last });
  await client.sessions.update(made.id, { pinned_version: trace.agent_version });
  return made.id;
}

/** Asks again, and opens the answer in Chat as soon as it begins. */
export async function runAgain(trace: TraceDetail): Promise<void> {
  const question = trace.messages?.find(({ role }) => role === "user");
  if (question === undefined) throw new Error("The question is not kept.");
  const session_id = await sessionFor(trace, question.id);
  const stream = client.chat.stream({ agent_id: trace.agent_id, session_id, message: question.content });
  try {
    // The turn goes on without this connection: Chat follows it.
    for await (const event of stream) if (event.type !== "unknown") break;
  } finally {
    stream.close();
  }
  go(href("chat", [session_id]));
}
