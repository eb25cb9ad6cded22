// The first-run list: a provider's key, an agent, a message, a token; each with its command. It goes when all is done.

import type { ComponentChildren, VNode } from "preact";
import { client } from "../../frame/client.ts";
import { href } from "../../frame/router.tsx";
import { Code } from "../../parts/code.tsx";
import { useResource } from "../../parts/resource.ts";

export function First(): VNode | null {
  const providers = useResource("inference.list_providers", {}, (options) => client.inference.listProviders({ limit: 200, ...options }));
  const agents = useResource("agents.list", { limit: 1 }, (options) => client.agents.list({ limit: 1, ...options }));
  const sessions = useResource("sessions.list", { limit: 1 }, (options) => client.sessions.list({ limit: 1, ...options }));
  const accounts = useResource("auth.list_service_accounts", { limit: 1 }, (options) =>
    client.auth.listServiceAccounts({ limit: 1, ...options }),
  );
  const hasKey = providers.data?.items.some(({ name, is_configured }) => is_configured && name !== "echo");
  const steps: readonly Step[] = [
    {
      title: "A provider's key",
      isDone: hasKey,
      text: "Without one, the built-in echo answers with your own words. Set the key and start the gateway again:",
      command: "ANTHROPIC_API_KEY=... astra serve",
    },
    {
      title: "The first agent",
      isDone: some(agents.data?.items),
      text: <a href={href("agents", ["new"])}>Make one here</a>,
      command: "printf 'id: support\\nsystem_prompt: You are brief.\\n' > agents/support.yml",
    },
    {
      title: "The first message",
      isDone: some(sessions.data?.items),
      text: <a href={href("chat")}>Write one here</a>,
      command: "astra chat",
    },
    {
      title: "The first token for a program",
      isDone: some(accounts.data?.items),
      text: <a href={href("workspace", [], { tab: "accounts" })}>Make a service account here</a>,
      command: "astra token issue --name me --role owner",
    },
  ];
  const open = steps.filter(({ isDone }) => isDone === false);
  if (open.length === 0) return null;
  return (
    <section class="first" aria-labelledby="first-title">
      <h2 id="first-title">To begin with</h2>
      <ol>
        {steps
          .filter(({ isDone }) => isDone !== undefined)
          .map((step) => (
            <li key={step.title} class={step.isDone ? "done" : undefined}>
              <details open={step === open[0]}>
                <summary>
                  {step.title} {step.isDone && <span class="good">done</span>}
                </summary>
                <p>{step.text}</p>
                <Code text={step.command} language="shell" />
              </details>
            </li>
          ))}
      </ol>
    </section>
  );
}

interface Step {
  readonly title: string;
  /** Nothing if the caller may not know. */
  readonly isDone: boolean | undefined;
  readonly text: ComponentChildren;
  readonly command: string;
}

const some = (items: readonly unknown[] | undefined): boolean | undefined => items && items.length > 0;
