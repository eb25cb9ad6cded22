// A block of code with a copy button. What is long is cut until one asks for all of it.

import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { Copy } from "./copy.tsx";
import { firstPart, piecesOf, codePoint, TEXT_MAX } from "./text.tsx";

/** Lines that a browser would have to break in one go are cut into pieces of this length. */
const PIECE = 4_000;

export function Code({ text, language }: { text: string; language?: string | undefined }): VNode {
  const isWhole = useSignal(false);
  const isCut = text.length > TEXT_MAX && !isWhole.value;
  const shown = isCut ? firstPart(text, TEXT_MAX) : text;
  return (
    <div class="code">
      <div class="code-head">
        <span>{language}</span>
        <Copy text={text} what="the code" />
      </div>
      <pre tabIndex={0} role="region" aria-label={language ? `Code, ${language}` : "Code"}>
        <code>
          <Pieces text={shown} />
        </code>
      </pre>
      {isCut && (
        <button type="button" class="plain" onClick={() => (isWhole.value = true)}>
          Show all {text.length.toLocaleString("en")} characters
        </button>
      )}
    </div>
  );
}

/** A text as it is, hidden characters by their names. */
export function Pieces({ text }: { text: string }): VNode {
  const parts: (string | VNode)[] = [];
  piecesOf(text).forEach((piece, index) => {
    if (index % 2 === 1) parts.push(<span class="hidden-character">{codePoint(piece)}</span>);
    else for (let at = 0; at < piece.length; at += PIECE) parts.push(<span>{piece.slice(at, at + PIECE)}</span>);
  });
  return <>{parts}</>;
}

/** A value as JSON. */
export function Json({ value, label = "json" }: { value: unknown; label?: string }): VNode {
  return <Code text={JSON.stringify(value, null, 2) ?? "null"} language={label} />;
}
