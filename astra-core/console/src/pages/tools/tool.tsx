// One tool: what it does, what it takes, and a way to try it.

import type { VNode } from "preact";
import type { ToolInfo } from "astra-client";
import { client } from "../../frame/client.ts";
import { href, place } from "../../frame/router.tsx";
import { Json } from "../../parts/code.tsx";
import { Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import type { Schema } from "../../parts/schema.ts";
import { Filters } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";
import { duration } from "../../parts/time.tsx";
import { AgentFilter } from "./agentfilter.tsx";
import { Decision, Marks, sourceOf } from "./marks.tsx";
import { schemaOf, typeOf } from "./parameters.ts";
import { Try } from "./try.tsx";

export function Tool({ name }: { name: string }): VNode {
  const { agent } = place.value.query;
  const tool = useResource("tools.get", { name, agent }, (options) => client.tools.get(name, { agentId: agent, ...options }), {
    live: ["agent.updated"],
  });
  return (
    <>
      <p>
        <a href={href("tools", [], { agent })}>All tools</a>
      </p>
      <div class="heading">
        <h1>
          <code>{name}</code>
        </h1>
      </div>
      <Shown of={tool}>
        {(data) => (
          <>
            <p class="described">
              <Text>{data.description}</Text>
            </p>
            <Facts of={data} agent={agent} />
            <Filters names={["agent"]}>
              <AgentFilter title="By the policy of" />
            </Filters>
            <div class="halves">
              <Parameters of={schemaOf(data.parameters)} raw={data.parameters} />
              <Try key={agent ?? ""} tool={data} agent={agent} />
            </div>
          </>
        )}
      </Shown>
    </>
  );
}

function Facts({ of, agent }: { of: ToolInfo; agent: string | undefined }): VNode {
  const server = of.source === "mcp" ? of.name.split("__")[0] : undefined;
  return (
    <dl class="facts">
      <dt>Comes from</dt>
      <dd>{server === undefined ? sourceOf(of) : <a href={href("tools", ["servers", server])}>MCP server {server}</a>}</dd>
      <dt>Says of itself</dt>
      <dd>
        <Marks of={of} />
      </dd>
      <dt>Longest call</dt>
      <dd>{duration(of.timeout_ms)}</dd>
      {agent !== undefined && (
        <>
          <dt>
            For <a href={href("agents", [agent])}>{agent}</a>
          </dt>
          <dd>
            <Decision of={of.decision} />
          </dd>
        </>
      )}
    </dl>
  );
}

function Parameters({ of, raw }: { of: Schema; raw: unknown }): VNode {
  const fields = Object.entries(of.properties ?? {});
  return (
    <section aria-labelledby="takes-title">
      <h2 id="takes-title">What it takes</h2>
      {fields.length === 0 ? (
        <p class="faint">No arguments that its schema names.</p>
      ) : (
        <dl class="facts">
          {fields.map(([name, field]) => (
            <>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>
                <span class="faint">
                  {typeOf(field, of)}
                  {of.required?.includes(name) && ", required"}
                </span>
                {field.description && (
                  <div class="described small">
                    <Text>{field.description}</Text>
                  </div>
                )}
              </dd>
            </>
          ))}
        </dl>
      )}
      <details>
        <summary>Its JSON Schema</summary>
        <Json value={raw} label="schema" />
      </details>
    </section>
  );
}
