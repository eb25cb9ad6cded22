// One memory: what it says, where it comes from, what was made of it over time, and how to take it back.

import type { ComponentChildren, VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Memory } from "astra-client";
import { client, NotFoundError } from "../../frame/client.ts";
import { useKeys } from "../../frame/keyboard.ts";
import { go, href } from "../../frame/router.tsx";
import { Action } from "../../parts/action.tsx";
import { Json } from "../../parts/code.tsx";
import { Id } from "../../parts/copy.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { Around } from "./graph.tsx";
import { History } from "./history.tsx";
import { StateTag } from "./list.tsx";
import { UndoConfirm, type UndoOf } from "./takeback.tsx";
import { Edit } from "./write.tsx";

export function One({ id }: { id: string }): VNode {
  const memory = useResource("memory.get", { id }, async (options) => {
    const { data, response } = await client.memory.get(id, options).withResponse();
    return { memory: data, etag: response.headers.get("etag") ?? undefined };
  });
  const isGone = memory.error instanceof NotFoundError;
  const version = memory.data?.memory.version;
  return (
    <>
      <p>
        <a href={href("memory")}>All memory</a>
      </p>
      {isGone ? (
        <>
          <h1>Memory {id}</h1>
          <p class="empty">
            It does not hold any more: it was deleted or has expired, or it is not yours. Its history, if it is there, can bring
            it back.
          </p>
        </>
      ) : (
        <Shown of={memory}>
          {(data) => (
            <>
              <Head {...data} onChange={memory.reload} />
              <Facts memory={data.memory} />
              {data.memory.tier === "graph" && <Neighbours memory={data.memory} />}
              {Object.keys(data.memory.data).length > 0 && (
                <details>
                  <summary>Its data</summary>
                  <Json value={data.memory.data} />
                </details>
              )}
            </>
          )}
        </Shown>
      )}
      {memory.refusal === undefined && <History id={id} version={version} onReverted={memory.reload} />}
    </>
  );
}

type Asked = "edit" | "delete" | UndoOf | undefined;

function Head({ memory, etag, onChange }: { memory: Memory; etag: string | undefined; onChange: () => void }): VNode {
  const asked = useSignal<Asked>(undefined);
  const close = (): void => void (asked.value = undefined);
  useKeys([{ key: "e", title: "Change the memory", run: () => (asked.value = "edit"), isAction: true }]);
  const { turn_id, session_id } = memory;
  return (
    <>
      <div class="heading">
        <h1 class="memory-content">
          <Text>{memory.content}</Text>
        </h1>
        <StateTag memory={memory} />
      </div>
      <div class="buttons">
        <Action op="memory.update" onPress={() => (asked.value = "edit")}>
          Change
        </Action>
        <Action
          op="memory.undo"
          isOff={turn_id === null && "It was not made in a turn."}
          onPress={() => (asked.value = { turn_id: turn_id ?? "" })}
        >
          Undo its turn
        </Action>
        <Action
          op="memory.undo"
          isOff={session_id === null && "It was not made in a session."}
          onPress={() => (asked.value = { session_id: session_id ?? "" })}
        >
          Forget its session
        </Action>
        <Action op="memory.delete" kind="danger" onPress={() => (asked.value = "delete")}>
          Delete
        </Action>
      </div>
      {asked.value === "edit" && <Edit memory={memory} etag={etag} onSaved={onChange} onClose={close} />}
      {asked.value === "delete" && (
        <Confirm
          title="Delete this memory?"
          action="Delete the memory"
          done="The memory was deleted. Its history can bring it back."
          onClose={close}
          onConfirm={async () => {
            await client.memory.delete(memory.id, { ifMatch: etag });
            go(href("memory"), true);
          }}
        >
          <p>No search and no list finds it any more. Its history stays for 30 days, and can bring it back.</p>
        </Confirm>
      )}
      {typeof asked.value === "object" && <UndoConfirm of={asked.value} onDone={onChange} onClose={close} />}
    </>
  );
}

function Fact({ title, children }: { title: string; children: ComponentChildren }): VNode {
  return (
    <>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Facts({ memory }: { memory: Memory }): VNode {
  const { turn_id, session_id, agent_id, quote, rule, slot } = memory;
  return (
    <dl class="facts">
      <Fact title="Id">
        <Id id={memory.id} />
      </Fact>
      <Fact title="Tier">
        {memory.tier}
        {memory.category && `, ${memory.category}`}
      </Fact>
      <Fact title="Whose">{memory.user_id === null ? "the workspace's" : <code>{memory.user_id}</code>}</Fact>
      {slot !== null && (
        <Fact title="About">
          <Text>{slot}</Text>
        </Fact>
      )}
      <Fact title="Holds">
        from <Time of={memory.valid_from} isExact />{" "}
        {memory.valid_to === null ? (
          "until another one takes its place"
        ) : (
          <>
            to <Time of={memory.valid_to} isExact />
          </>
        )}
        {memory.expires_at !== null && (
          <>
            , is forgotten <Time of={memory.expires_at} isExact />
          </>
        )}
      </Fact>
      {memory.superseded_by !== null && (
        <Fact title="In its place">
          <a href={href("memory", [memory.superseded_by])}>{memory.superseded_by}</a>
        </Fact>
      )}
      <Fact title="Comes from">
        {memory.source}
        {rule !== null && `, rule ${rule}`}, written by <code>{memory.created_by}</code> <Time of={memory.created_at} />
      </Fact>
      {turn_id !== null && (
        <Fact title="Turn">
          <a href={href("chat", ["turns", turn_id])}>{turn_id}</a>,{" "}
          <a href={href("traces", [turn_id.replace("trn_", "trc_")])}>its trace</a>
        </Fact>
      )}
      {session_id !== null && (
        <Fact title="Session">
          <a href={href("sessions", [session_id])}>{session_id}</a>
        </Fact>
      )}
      {agent_id !== null && (
        <Fact title="Agent">
          <a href={href("agents", [agent_id])}>{agent_id}</a>
        </Fact>
      )}
      {quote !== null && (
        <Fact title="In the user's words">
          <q>
            <Text>{quote}</Text>
          </q>
        </Fact>
      )}
      <Fact title="How sure">
        confidence {memory.confidence.toFixed(2)}, trust {memory.trust.toFixed(2)}, said {memory.evidence}{" "}
        {memory.evidence === 1 ? "time" : "times"}
      </Fact>
      <Fact title="Weighs now">{memory.weight.toFixed(2)}</Fact>
    </dl>
  );
}

/** The names of the entities that a memory of the graph states something of. */
function namesIn(data: Readonly<Record<string, unknown>>): string[] {
  const relations = Array.isArray(data["relations"]) ? (data["relations"] as unknown[]) : [];
  const names = relations.flatMap((relation) =>
    (["from", "to"] as const).map((end) => (relation as Record<string, { name?: unknown }> | null)?.[end]?.name),
  );
  return [...new Set(names.filter((name) => typeof name === "string"))];
}

function Neighbours({ memory }: { memory: Memory }): VNode | null {
  const names = namesIn(memory.data);
  const chosen = useSignal(names[0] ?? "");
  if (names.length === 0) return null;
  return (
    <section aria-labelledby="neighbours-title">
      <h2 id="neighbours-title">Around what it is about</h2>
      <div class="choices" role="group" aria-label="Entity">
        {names.map((name) => (
          <button type="button" key={name} aria-pressed={name === chosen.value} onClick={() => (chosen.value = name)}>
            <Text>{name}</Text>
          </button>
        ))}
      </div>
      <Around start={chosen.value} hops={1} edgeTypes={undefined} limit={50} />
    </section>
  );
}
