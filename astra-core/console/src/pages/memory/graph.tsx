// The graph around one entity, as a drawing and as a list.

import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { MemoryEdge, MemoryEntity, MemoryGraph } from "astra-client";
import { client, NotFoundError } from "../../frame/client.ts";
import { href, place, setQuery } from "../../frame/router.tsx";
import { Shown } from "../../parts/empty.tsx";
import { count } from "../../parts/number.ts";
import { useResource } from "../../parts/resource.ts";
import { Table } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { placedIn } from "./rings.ts";

export function Graph(): VNode {
  const { start = "", hops, edges = "" } = place.value.query;
  return (
    <section aria-labelledby="graph-title">
      <h2 id="graph-title">Around an entity</h2>
      <Form key={`${start} ${edges}`} />
      {start !== "" && (
        <Around start={start} hops={hops === "2" ? 2 : 1} edgeTypes={edges === "" ? undefined : edges.split(",")} limit={50} />
      )}
    </section>
  );
}

function Form(): VNode {
  const { query } = place.value;
  const start = useSignal(query["start"] ?? "");
  const edges = useSignal(query["edges"] ?? "");
  const go = (hops = place.peek().query["hops"]): void => {
    const kinds = edges
      .peek()
      .split(/[\s,]+/)
      .filter(Boolean)
      .join(",");
    setQuery({ start: start.peek().trim() || null, edges: kinds || null, hops: hops === "2" ? "2" : null });
  };
  return (
    <form
      class="filters"
      onSubmit={(event) => {
        event.preventDefault();
        go();
      }}
    >
      <label class="filter">
        <span>Entity, by name or id</span>
        <input
          value={start.value}
          maxLength={200}
          required
          placeholder="Kestrel"
          onInput={(event) => (start.value = event.currentTarget.value)}
        />
      </label>
      <label class="filter">
        <span>Edges away</span>
        <select value={query["hops"] ?? "1"} onChange={(event) => go(event.currentTarget.value)}>
          <option value="1">one</option>
          <option value="2">two</option>
        </select>
      </label>
      <label class="filter">
        <span>Only such edges</span>
        <input
          value={edges.value}
          placeholder="works_on, uses"
          onInput={(event) => (edges.value = event.currentTarget.value)}
        />
      </label>
      <button type="submit">Show</button>
    </form>
  );
}

interface AroundProps {
  readonly start: string;
  readonly hops: number;
  readonly edgeTypes: readonly string[] | undefined;
  readonly limit: number;
}

export function Around({ start, hops, edgeTypes, limit }: AroundProps): VNode {
  const graph = useResource("memory.traverse", { start, hops, edgeTypes, limit }, (options) =>
    client.memory.traverse({ start, hops, edgeTypes, limit, ...options }),
  );
  if (graph.error instanceof NotFoundError) return <Unknown start={start} />;
  return <Shown of={graph}>{(data) => (data.entities.length === 0 ? <Unknown start={start} /> : <Drawn of={data} />)}</Shown>;
}

function Unknown({ start }: { start: string }): VNode {
  return (
    <p class="empty">
      The graph has no entity that is called{" "}
      <strong>
        <Text>{start}</Text>
      </strong>
      . It has the entities of which memories of the tier graph state relations.
    </p>
  );
}

const toEntity = (entity: MemoryEntity): string =>
  href("memory", [], { tab: "graph", start: entity.id, hops: place.value.query["hops"] });

function Drawn({ of }: { of: MemoryGraph }): VNode {
  const { entities, edges } = of;
  const byId = useMemo(() => new Map(entities.map((it) => [it.id, it])), [entities]);
  return (
    <>
      <p class="small faint" role="status">
        {count(entities.length)} {entities.length === 1 ? "entity" : "entities"}, {count(edges.length)}{" "}
        {edges.length === 1 ? "edge" : "edges"}
        {!of.is_complete && ". Some were left out: there are more than are shown."}
      </p>
      <Drawing of={of} byId={byId} />
      <Edges edges={edges} byId={byId} />
    </>
  );
}

type ById = ReadonlyMap<string, MemoryEntity>;

function Drawing({ of: { entities, edges }, byId }: { of: MemoryGraph; byId: ById }): VNode {
  const placed = useMemo(() => new Map(placedIn(entities, edges).map((it) => [it.entity.id, it])), [entities, edges]);
  const box = useRef<HTMLDivElement>(null);
  // On a narrow screen the start is in the middle all the same.
  useEffect(() => {
    const element = box.current;
    if (element !== null) element.scrollLeft = (element.scrollWidth - element.clientWidth) / 2;
  }, [placed]);
  // Names of edges only where there is room for them.
  const isNamed = edges.length <= 24;
  return (
    <div class="scrolls" role="region" aria-label="Drawing of the neighbours" tabIndex={0} ref={box}>
      <div class="rings">
        <svg viewBox="0 0 1000 640" aria-hidden="true" preserveAspectRatio="none">
          {edges.map(({ from, to, kind, weight }) => {
            const [one, other] = [placed.get(from), placed.get(to)];
            if (one === undefined || other === undefined) return null;
            return (
              <line
                key={`${from} ${kind} ${to}`}
                x1={one.x * 1000}
                y1={one.y * 640}
                x2={other.x * 1000}
                y2={other.y * 640}
                stroke-width={1 + 3 * weight}
              />
            );
          })}
        </svg>
        {isNamed &&
          edges.map(({ from, to, kind }) => {
            const [one, other] = [placed.get(from), placed.get(to)];
            if (one === undefined || other === undefined) return null;
            const [left, top] = [(one.x + other.x) / 2, (one.y + other.y) / 2];
            return (
              <span
                key={`${from} ${kind} ${to}`}
                class="ring-edge"
                aria-hidden="true"
                style={{ left: `${100 * left}%`, top: `${100 * top}%` }}
              >
                {kind}
              </span>
            );
          })}
        <ul>
          {[...placed.values()].map(({ entity, x, y }) => (
            <li key={entity.id} style={{ left: `${100 * x}%`, top: `${100 * y}%` }}>
              <a href={toEntity(entity)} class={entity.hops === 0 ? "ring-start" : undefined} title={titleOf(entity, byId)}>
                <Text>{entity.name}</Text> <span class="faint">{entity.kind}</span>
              </a>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function titleOf(entity: MemoryEntity, byId: ById): string {
  const others = entity.aliases.filter((name) => name !== entity.name);
  const whose = entity.is_workspace ? "the workspace's" : "your own";
  return `${byId.get(entity.id)?.name ?? entity.name}, ${entity.kind}, ${whose}${others.length > 0 ? `, also ${others.join(", ")}` : ""}`;
}

function Edges({ edges, byId }: { edges: readonly MemoryEdge[]; byId: ById }): VNode {
  const name = (id: string): VNode | string => {
    const entity = byId.get(id);
    return entity === undefined ? (
      id
    ) : (
      <a href={toEntity(entity)}>
        <Text>{entity.name}</Text>
      </a>
    );
  };
  return (
    <Table
      title="Edges"
      hasKeys={false}
      rows={edges}
      id={({ from, kind, to }) => `${from} ${kind} ${to}`}
      columns={[
        { title: "From", cell: ({ from }) => name(from) },
        { title: "Is to it", cell: ({ kind }) => <Text>{kind}</Text> },
        { title: "To", cell: ({ to }) => name(to) },
        { title: "Confidence", cell: ({ confidence }) => confidence.toFixed(2), isNumber: true, isWide: true },
        { title: "Weight", cell: ({ weight }) => weight.toFixed(2), isNumber: true, isWide: true },
        { title: "Stated by", cell: ({ evidence }) => <Evidence ids={evidence} /> },
      ]}
    />
  );
}

const SHOWN = 3;

function Evidence({ ids }: { ids: readonly string[] }): VNode {
  const isWhole = useSignal(false);
  const shown = isWhole.value ? ids : ids.slice(0, SHOWN);
  return (
    <>
      {shown.map((id, index) => (
        <span key={id}>
          {index > 0 && ", "}
          <a href={href("memory", [id])}>{id}</a>
        </span>
      ))}
      {ids.length > shown.length && (
        <button type="button" class="plain" onClick={() => (isWhole.value = true)}>
          and {count(ids.length - shown.length)} more
        </button>
      )}
    </>
  );
}
