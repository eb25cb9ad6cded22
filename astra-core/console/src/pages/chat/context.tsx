// What the next turn's prompt holds: tokens by part, and which memories with their scores and places.

import type { VNode } from "preact";
import type { SessionContext, SpanMemory } from "astra-client";
import { client } from "../../frame/client.ts";
import { href } from "../../frame/router.tsx";
import { Shown } from "../../parts/empty.tsx";
import { brief, count } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";

/** Read again after each turn. */
export function Context({ sessionId, turns }: { sessionId: string; turns: number }): VNode {
  const context = useResource("sessions.context", { sessionId, turns }, (options) => client.sessions.context(sessionId, options));
  return (
    <aside class="panel" aria-labelledby="context-title">
      <h2 id="context-title">What enters the prompt</h2>
      <Shown of={context}>{(data) => <Parts of={data} />}</Shown>
    </aside>
  );
}

function Parts({ of }: { of: SessionContext }): VNode {
  const parts: readonly (readonly [title: string, tokens: number])[] = [
    ["System", of.system_tokens],
    ["Skills", of.skills_tokens],
    ["Tools", of.tools_tokens],
    ["Summary", of.summary_tokens],
    ["Memory", of.memory_tokens],
    ["History", of.history_tokens],
  ];
  const used = parts.filter(([, tokens]) => tokens > 0);
  return (
    <>
      <div class="meter" aria-hidden="true">
        {used.map(([title, tokens]) => {
          const index = parts.findIndex(([name]) => name === title);
          return (
            <span
              key={title}
              class={`series-${index + 1}`}
              title={title}
              style={{ width: `${(100 * tokens) / Math.max(1, of.context_tokens)}%` }}
            />
          );
        })}
      </div>
      <table>
        <caption class="unseen">Tokens by part</caption>
        <tbody>
          {parts.map(([title, tokens], index) => (
            <tr key={title}>
              <th scope="row">
                <span class={`swatch series-${index + 1}`} aria-hidden="true" /> {title}
              </th>
              <td class="number">{count(tokens)}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">Kept for the answer</th>
            <td class="number">{count(of.answer_tokens)}</td>
          </tr>
          <tr>
            <th scope="row">Free</th>
            <td class="number">{count(of.free_tokens)}</td>
          </tr>
        </tbody>
      </table>
      <p class="small faint">
        Of {count(of.context_tokens)} tokens{of.is_context_known ? "" : " (the model does not say; this is assumed)"}, version{" "}
        {of.agent_version}. {count(of.history_messages)} messages of the history
        {of.messages_left_out > 0 && `, ${count(of.messages_left_out)} left out`}.
      </p>
      <h3>Memories</h3>
      {of.memories.length === 0 ? <p class="faint">None was recalled.</p> : <Memories of={of.memories} />}
    </>
  );
}

function Memories({ of }: { of: readonly SpanMemory[] }): VNode {
  const place = (rank: number | null | undefined): string => (rank == null ? "–" : String(rank));
  return (
    <div class="scrolls" role="region" aria-label="Memories in the prompt" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Memory</th>
            <th scope="col" class="number">
              Score
            </th>
            <th scope="col" class="number">
              Words
            </th>
            <th scope="col" class="number">
              Meaning
            </th>
            <th scope="col" class="number">
              Graph
            </th>
          </tr>
        </thead>
        <tbody>
          {of.map((memory) => (
            <tr key={memory.id}>
              <td>
                <a href={memory.tier === "session" ? href("chat", ["turns", memory.id]) : href("memory", [memory.id])}>{memory.tier}</a>
              </td>
              <td class="number">{brief(Math.round(memory.score * 100) / 100)}</td>
              <td class="number">{place(memory.text_rank)}</td>
              <td class="number">{place(memory.vector_rank)}</td>
              <td class="number">{place(memory.graph_rank)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
