// Cuts Markdown into blocks that can be read one by one, so that a growing answer is not read again with each word, and
// says which blocks are too hostile to be read as Markdown at all. Pure.

/** A block that is longer than this is shown as it is. */
export const BLOCK_MAX = 24_000;
/** Characters that open something: so many of them make a reader go through a text again and again. */
const OPENERS_MAX = 400;
/** Quotes and lists inside of each other. */
const DEPTH_MAX = 10;

const list = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
const fence = /^ {0,3}(`{3,}|~{3,})/;

/** The blocks of a text; joined by nothing they are the text again. */
export function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  let block = "";
  let open: string | undefined;
  let isList = false;
  let isBlank = false;
  for (const line of text.split(/(?<=\n)/)) {
    const mark = fence.exec(line)?.[1];
    const isEmpty = line.trim() === "";
    if (open === undefined && isBlank && !isEmpty && !(isList && (/^\s/.test(line) || list.test(line)))) {
      blocks.push(block);
      block = "";
    }
    if (block === "") isList = list.test(line);
    block += line;
    if (open === undefined) open = mark;
    else if (mark !== undefined && mark[0] === open[0] && mark.length >= open.length && line.trim() === mark) open = undefined;
    isBlank = isEmpty && open === undefined;
  }
  if (block !== "") blocks.push(block);
  return blocks;
}

/** Whether a block can be read as Markdown in no time. */
export function isReadable(block: string): boolean {
  if (block.length > BLOCK_MAX) return false;
  if (fence.test(block)) return true;
  let openers = 0;
  for (const character of block) if ("[]*_`<!~\\&".includes(character)) openers++;
  if (openers > OPENERS_MAX && openers > block.length / 40) return false;
  const nested = new RegExp(`^(?:[ \\t]*(?:[-*+>]|\\d{1,9}[.)])[ \\t]*){${DEPTH_MAX},}`, "m");
  if (nested.test(block)) return false;
  return !block.split("\n").some((line) => (/^[ \t]*/.exec(line)?.[0].length ?? 0) > 4 * DEPTH_MAX && list.test(line.trim()));
}

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

/** Characters that Markdown writes by their names. */
export function unescaped(text: string): string {
  return text.replace(/&(?:(amp|lt|gt|quot|apos|nbsp)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi, (whole, name, decimal, hex) => {
    if (name !== undefined) return named[String(name).toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}

/** A link that may be one, and its host; nothing for addresses that run or hide something. */
export function safeLink(address: string): { readonly url: string; readonly host: string } | undefined {
  try {
    const url = new URL(unescaped(address));
    if (url.protocol === "mailto:") return { url: url.href, host: url.pathname };
    if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
    return { url: url.href, host: url.host };
  } catch {
    return undefined;
  }
}

/** Pictures that are part of the conversation itself. Everything else would tell a foreign host that it was read. */
export function isOwnPicture(address: string): boolean {
  return /^data:image\/(?:png|jpeg|gif|webp);base64,[a-z0-9+/=]+$/i.test(address);
}
