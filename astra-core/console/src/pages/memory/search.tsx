// The search: for each hit, which source found it at which place, and its score.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { FoundMemories, MemoryHit, MemoryTier } from "astra-client";
import { client } from "../../frame/client.ts";
import { href, place, setQuery } from "../../frame/router.tsx";
import { Shown } from "../../parts/empty.tsx";
import { percent } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import { Table } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { Time } from "../../parts/time.tsx";
import { isRelevant, toggle } from "./questions.ts";

export function SearchBox({ tier }: { tier: MemoryTier | undefined }): VNode {
  const said = place.value.query["q"] ?? "";
  const text = useSignal(said);
  const from = useSignal(said);
  // The address may change by the way back.
  if (from.peek() !== said) {
    from.value = said;
    text.value = said;
  }
  return (
    <form
      class="memory-search"
      role="search"
      aria-label="Search memory"
      onSubmit={(event) => {
        event.preventDefault();
        setQuery({ q: text.peek().trim() || null, cursor: null });
      }}
    >
      <label class="unseen" for="memory-query">
        Search {tier === undefined ? "memory" : `the tier ${tier}`}
      </label>
      <input
        id="memory-query"
        type="search"
        maxLength={2000}
        placeholder="A question or words, in any language"
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
      />
      <button type="submit">Search</button>
      {said !== "" && (
        <button type="button" class="plain" onClick={() => setQuery({ q: null })}>
          Clear the search
        </button>
      )}
    </form>
  );
}

export function Search({ query, tier }: { query: string; tier: MemoryTier | undefined }): VNode {
  const { as_of } = place.value.query;
  const body = { query, tiers: tier === undefined ? null : [tier], limit: 50, as_of: as_of ?? null };
  const found = useResource("memory.search", body, (options) => client.memory.search(body, options));
  return (
    <Shown of={found}>
      {(data) => (
        <>
          <Vectors of={data} />
          {data.hits.length > 0 ? (
            <Hits hits={data.hits} query={query} />
          ) : (
            <div class="empty">
              <p>
                Nothing {tier === undefined ? "" : `of the tier ${tier} `}is found for <strong>{query}</strong>.
              </p>
              <button type="button" onClick={() => setQuery({ q: null })}>
                Clear the search
              </button>
            </div>
          )}
        </>
      )}
    </Shown>
  );
}

function Vectors({ of: { hits, vectors } }: { of: FoundMemories }): VNode {
  return (
    <p class="small faint" role="status">
      {hits.length} {hits.length === 1 ? "hit" : "hits"}, best first.{" "}
      {vectors.is_searched
        ? vectors.coverage < 1 &&
          `Vectors are being made: ${percent(vectors.coverage)} of the workspace's items were compared by meaning.`
        : "Meaning was not compared: words and the graph were."}
    </p>
  );
}

function Hits({ hits, query }: { hits: readonly MemoryHit[]; query: string }): VNode {
  return (
    <Table
      title="Hits"
      rows={hits}
      id={(hit) => `${hit.memory_id ?? hit.turn_id ?? ""} ${hit.created_at}`}
      link={(hit) => (hit.memory_id != null ? href("memory", [hit.memory_id]) : href("chat", ["turns", hit.turn_id ?? ""]))}
      columns={[
        { title: "Memory", cell: ({ content }) => <Text>{content}</Text> },
        { title: "Tier", cell: ({ tier, is_workspace }) => (is_workspace ? `${tier}, workspace` : tier) },
        { title: "Score", cell: ({ score }) => <strong>{score.toFixed(3)}</strong>, isNumber: true },
        {
          title: "Words",
          cell: ({ sources: { text } }) =>
            text != null && (
              <Place rank={text.rank} note={`BM25 ${text.score.toFixed(2)}, ${percent(text.coverage)} of the query`} />
            ),
        },
        {
          title: "Meaning",
          cell: ({ sources: { vector } }) =>
            vector != null && <Place rank={vector.rank} note={`cosine ${vector.cosine.toFixed(3)}`} />,
        },
        { title: "Graph", cell: ({ sources: { graph } }) => graph != null && <Place rank={graph.rank} note="" /> },
        { title: "Trust", cell: ({ trust }) => trust.toFixed(2), isNumber: true, isWide: true },
        { title: "Said", cell: ({ created_at }) => <Time of={created_at} />, isWide: true },
        { title: "For evaluation", cell: (hit) => <Relevant hit={hit} query={query} />, isWide: true },
      ]}
    />
  );
}

/** The place that a source gave a hit. */
function Place({ rank, note }: { rank: number; note: string }): VNode {
  return (
    <>
      #{rank} <span class="small faint">{note}</span>
    </>
  );
}

/** Adds the question and this hit to the questions that memory is evaluated by. */
function Relevant({ hit, query }: { hit: MemoryHit; query: string }): VNode {
  const id = hit.memory_id;
  if (id == null) return <span class="faint">–</span>;
  const isSet = isRelevant(query, id);
  return (
    <button type="button" class="plain" aria-pressed={isSet} onClick={() => toggle(query, id)}>
      {isSet ? "It answers" : "Answers it?"}
    </button>
  );
}
