// Text that others wrote. Characters that change the order of what is read, or that cannot be seen, are shown by their
// names: no text can look like another one.

import type { VNode } from "preact";

const hidden = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/u;
const hiddenAll = new RegExp(`(${hidden.source})`, "u");

/** The pieces of a text: every second one is a hidden character. */
export function piecesOf(text: string): string[] {
  return hidden.test(text) ? text.split(hiddenAll) : [text];
}

/** `U+202E` */
export function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

export function Text({ children }: { children: string }): VNode {
  const pieces = piecesOf(children);
  if (pieces.length === 1) return <bdi>{children}</bdi>;
  return (
    <bdi>
      {pieces.map((piece, index) =>
        index % 2 === 0 ? (
          piece
        ) : (
          <span class="hidden-character" title="a character that cannot be seen">
            {codePoint(piece)}
          </span>
        ),
      )}
    </bdi>
  );
}

/** A text that may be far too long for a page: the first part, and the whole on request. */
export const TEXT_MAX = 20_000;

/** Cuts a text where no pair of code units is split. */
export function firstPart(text: string, length: number): string {
  const end = /[\ud800-\udbff]/.test(text[length - 1] ?? "") ? length - 1 : length;
  return text.slice(0, end);
}
