// What a model wrote, as nodes: never as HTML. Links say where they lead; pictures of other hosts are not loaded; what
// would take too long to read as Markdown is shown as it is.

import type { ComponentChildren, VNode } from "preact";
import { useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { Lexer, type Token, type Tokens } from "marked";
import { blocksOf, isOwnPicture, isReadable, safeLink, unescaped } from "./blocks.ts";
import { Code, Pieces } from "./code.tsx";
import { firstPart, Text, TEXT_MAX } from "./text.tsx";

/** Answers longer than this are cut until one asks for all. */
const WHOLE_MAX = 200_000;

export function Markdown({ text }: { text: string }): VNode {
  const isWhole = useSignal(false);
  const isCut = text.length > WHOLE_MAX && !isWhole.value;
  const shown = isCut ? firstPart(text, WHOLE_MAX) : text;
  const blocks = useMemo(() => blocksOf(shown), [shown]);
  return (
    <div class="markdown" dir="auto">
      {blocks.map((block, index) => (
        <Block key={index} text={block} />
      ))}
      {isCut && <All length={text.length} onPress={() => (isWhole.value = true)} />}
    </div>
  );
}

function All({ length, onPress }: { length: number; onPress: () => void }): VNode {
  return (
    <button type="button" class="plain" onClick={onPress}>
      Show all {length.toLocaleString("en")} characters
    </button>
  );
}

/** One block; the same text gives the same node, which is not compared again. */
function Block({ text }: { text: string }): VNode {
  return useMemo(() => {
    if (!isReadable(text)) return <Plain text={text} />;
    try {
      return <>{nodes(new Lexer({ gfm: true }).lex(text))}</>;
    } catch {
      return <Plain text={text} />;
    }
  }, [text]);
}

function Plain({ text }: { text: string }): VNode {
  const isWhole = useSignal(false);
  const isCut = text.length > TEXT_MAX && !isWhole.value;
  return (
    <div class="as-is">
      <Pieces text={isCut ? firstPart(text, TEXT_MAX) : text} />
      {isCut && <All length={text.length} onPress={() => (isWhole.value = true)} />}
    </div>
  );
}

function nodes(tokens: readonly Token[] | undefined): ComponentChildren {
  return tokens?.map((token) => node(token as Tokens.Generic & Token));
}

function inner(token: Tokens.Generic): ComponentChildren {
  return token.tokens === undefined ? <Text>{unescaped(String(token["text"] ?? ""))}</Text> : nodes(token.tokens);
}

function node(token: Tokens.Generic): ComponentChildren {
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "heading": {
      // The page's own headings are above those of an answer, which may be in any order.
      return <h4 class={`depth-${String(token["depth"])}`}>{inner(token)}</h4>;
    }
    case "paragraph":
      return <p>{inner(token)}</p>;
    case "text":
      return inner(token);
    case "escape":
      return <Text>{String(token["text"])}</Text>;
    case "strong":
      return <strong>{inner(token)}</strong>;
    case "em":
      return <em>{inner(token)}</em>;
    case "del":
      return <del>{inner(token)}</del>;
    case "br":
      return <br />;
    case "hr":
      return <hr />;
    case "codespan":
      return (
        <code>
          <Text>{String(token["text"])}</Text>
        </code>
      );
    case "code":
      return <Code text={String(token["text"])} language={String(token["lang"] ?? "").slice(0, 40) || undefined} />;
    case "blockquote":
      return <blockquote>{nodes(token.tokens)}</blockquote>;
    case "list":
      return <List list={token as Tokens.List} />;
    case "table":
      return <TableOf table={token as Tokens.Table} />;
    case "link":
      return <Link address={String(token["href"])}>{inner(token)}</Link>;
    case "image":
      return <Picture address={String(token["href"])} text={String(token["text"] ?? "")} />;
    default:
      // HTML, and what a later version of the reader may call otherwise: as it was written.
      return <Text>{String(token.raw)}</Text>;
  }
}

function List({ list }: { list: Tokens.List }): VNode {
  const items = list.items.map((item) => (
    <li>
      {item.task && <input type="checkbox" disabled checked={item.checked === true} aria-label="done" />}
      {nodes(item.tokens.filter(({ type }) => (type as string) !== "checkbox"))}
    </li>
  ));
  return list.ordered ? <ol start={Number(list.start) || 1}>{items}</ol> : <ul>{items}</ul>;
}

function TableOf({ table }: { table: Tokens.Table }): VNode {
  const side = (align: string | null): { class: string } | object => (align === "right" ? { class: "number" } : {});
  return (
    <div class="scrolls" role="region" aria-label="Table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {table.header.map((cell) => (
              <th scope="col" {...side(cell.align)}>
                {nodes(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <tr>
              {row.map((cell) => (
                <td {...side(cell.align)}>{nodes(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A link with its host; the text may say another one. */
export function Link({ address, children }: { address: string; children: ComponentChildren }): VNode {
  const link = safeLink(address);
  if (link === undefined) {
    return (
      <>
        {children} <span class="faint">(<Text>{firstPart(address, 200)}</Text>)</span>
      </>
    );
  }
  return (
    <>
      <a href={link.url} target="_blank" rel="noopener noreferrer">
        {children}
      </a>{" "}
      <span class="faint">({link.host})</span>
    </>
  );
}

/** A picture of the conversation itself; of another one its address. */
export function Picture({ address, text }: { address: string; text: string }): VNode {
  if (isOwnPicture(address)) return <img class="own" src={address} alt={text || "A picture in the conversation"} />;
  return (
    <span class="foreign">
      Picture not loaded: <Link address={address}><Text>{text || firstPart(address, 200)}</Text></Link>
    </span>
  );
}
