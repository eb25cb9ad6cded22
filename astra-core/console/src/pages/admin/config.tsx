// The configuration that the gateway runs with: each value with its source, secrets masked by the gateway.

import type { VNode } from "preact";
import type { ConfigEntry } from "astra-client";
import { client } from "../../frame/client.ts";
import { place } from "../../frame/router.tsx";
import { Copy } from "../../parts/copy.tsx";
import { NothingMatches, Shown } from "../../parts/empty.tsx";
import { useResource } from "../../parts/resource.ts";
import { Filter, Filters, Table } from "../../parts/table.tsx";
import { Text } from "../../parts/text.tsx";

const sources = ["default", "file", "environment", "flag", "program"].map((name) => [name, name] as const);

export function Configuration(): VNode {
  const { find, source } = place.value.query;
  const config = useResource("admin.config", {}, (options) => client.admin.config(options));
  const isShown = ({ key, value, source: own }: ConfigEntry): boolean =>
    (source === undefined || own === source) &&
    (find === undefined || `${key} ${textOf(value)}`.toLowerCase().includes(find.toLowerCase()));
  return (
    <>
      <Filters names={["find", "source"]}>
        <Filter name="find" title="Key or value" />
        <Filter name="source" title="Source" choices={sources} />
      </Filters>
      <Shown of={config}>
        {({ values }) => {
          const rows = values.filter(isShown);
          if (rows.length === 0) return <NothingMatches filters={{ find, source }} />;
          return (
            <>
              <p class="small faint">
                {rows.length} of {values.length} values. Secrets are shown as ***.
              </p>
              <Table
                title="Configuration"
                rows={rows}
                id={({ key }) => key}
                columns={[
                  {
                    title: "Key",
                    cell: ({ key }) => (
                      <span class="id">
                        <code>{key}</code>
                        <Copy text={key} what={key} />
                      </span>
                    ),
                  },
                  { title: "Value", cell: ({ value }) => <Value of={value} /> },
                  {
                    title: "Source",
                    cell: ({ source: own }) => <span class={own === "default" ? "tag" : "tag good"}>{own}</span>,
                  },
                  { title: "Set by", cell: ({ origin }) => origin != null && <Text>{origin}</Text>, isWide: true },
                ]}
              />
            </>
          );
        }}
      </Shown>
    </>
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function Value({ of }: { of: unknown }): VNode {
  if (of === null) return <span class="faint">not set</span>;
  if (of === "***") return <span class="faint">*** (a secret)</span>;
  const text = textOf(of);
  if (text === "") return <span class="faint">empty</span>;
  return (
    <code class="as-is">
      <Text>{text}</Text>
    </code>
  );
}
