// "Calls behind this page": what was asked of the gateway since the page was opened, each as code.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { gatewayUrl, madeCalls } from "../frame/client.ts";
import { Code } from "./code.tsx";
import { Dialog } from "./dialog.tsx";
import { type Language, type Sample, sampleOf } from "./samples.ts";
import { duration } from "./time.tsx";

const languages: readonly Language[] = ["curl", "TypeScript", "Python"];
const codes = { curl: "shell", TypeScript: "typescript", Python: "python" };

/** Calls as code, in the language of one's choice. */
export function AsCode({ call }: { call: Sample }): VNode {
  const language = useSignal<Language>("curl");
  return (
    <div>
      <div class="choices" role="group" aria-label="Language">
        {languages.map((name) => (
          <button type="button" key={name} aria-pressed={language.value === name} onClick={() => (language.value = name)}>
            {name}
          </button>
        ))}
      </div>
      <Code text={sampleOf(call, language.value, gatewayUrl)} language={codes[language.value]} />
    </div>
  );
}

export function Calls({ onClose }: { onClose: () => void }): VNode {
  const chosen = useSignal(0);
  const calls = madeCalls.value;
  const call = calls[chosen.value];
  return (
    <Dialog title="Calls behind this page" onClose={onClose} isWide>
      <p class="hint">
        All that this page does, it does by these calls. A program with your rights can do the same: put a token into the
        variable <code>ASTRA_TOKEN</code>.
      </p>
      {calls.length === 0 && <p>No call was made.</p>}
      <div class="halves">
        <ul class="choose" aria-label="Calls, the latest first">
          {calls.map((it, index) => (
            <li key={calls.length - index}>
              <button type="button" class="plain" aria-pressed={index === chosen.value} onClick={() => (chosen.value = index)}>
                <code>{it.operation ?? it.method}</code>{" "}
                <span class={it.status >= 400 || it.status === 0 ? "bad" : "faint"}>
                  {it.status === 0 ? "no answer" : it.status} · {duration(it.elapsedMs)}
                </span>
              </button>
            </li>
          ))}
        </ul>
        {call !== undefined && (
          <div>
            <p>
              <code>
                {call.method} {call.path}
              </code>
            </p>
            {call.requestId !== "" && (
              <p class="small faint">
                Request <code>{call.requestId}</code>
              </p>
            )}
            <AsCode call={call} />
          </div>
        )}
      </div>
    </Dialog>
  );
}
