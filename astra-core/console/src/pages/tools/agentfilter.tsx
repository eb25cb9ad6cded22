// The agent whose policy is shown, and what that policy says.

import type { VNode } from "preact";
import { client } from "../../frame/client.ts";
import { href, place } from "../../frame/router.tsx";
import { useAgentIds } from "../../parts/agentids.ts";
import { Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { Filter } from "../../parts/table.tsx";

export function AgentFilter({ title }: { title: string }): VNode {
  const said = place.value.query["agent"];
  const ids = useAgentIds();
  const all = said === undefined || ids.includes(said) ? ids : [...ids, said];
  return <Filter name="agent" title={title} choices={all.map((id) => [id, id] as const)} />;
}

/** The lists of an agent's policy, from which its decisions come. */
export function Policy({ agent }: { agent: string }): VNode {
  const of = useResource("agents.get", { agent }, (options) => client.agents.get(agent, options), { live: ["agent.updated"] });
  return (
    <Shown of={of}>
      {({ tools }) => (
        <section class="card policy" aria-label={`Policy of ${agent}`}>
          <h2>
            Policy of <a href={href("agents", [agent])}>{agent}</a>
          </h2>
          <dl class="facts">
            <Names title="Allows" names={tools.allow} none="no tool" />
            <Names title="Denies" names={tools.deny} none="nothing more" />
            <Names title="Asks a person for" names={tools.require_approval} none="none" />
          </dl>
          <p class="hint">
            In a name <code>*</code> stands for any text. What is denied is denied whatever else is said, and what is in no
            list is denied too.
          </p>
        </section>
      )}
    </Shown>
  );
}

function Names({ title, names, none }: { title: string; names: readonly string[] | null | undefined; none: string }): VNode {
  return (
    <>
      <dt>{title}</dt>
      <dd>
        {names == null || names.length === 0 ? (
          <span class="faint">{none}</span>
        ) : (
          names.map((name, index) => (
            <>
              {index > 0 && ", "}
              <code>{name}</code>
            </>
          ))
        )}
      </dd>
    </>
  );
}
