// The questions that memory is evaluated by: as lines of JSON, as `astra memory evaluate` reads them, for this tab.

import { signal } from "@preact/signals";
import type { KnownQuestion } from "astra-client";

/** As they are written. */
export const questionLines = signal("");

/** The questions of a text, or which line is wrong. */
export function questionsOf(text: string): { readonly questions: KnownQuestion[]; readonly fault: string | undefined } {
  const questions: KnownQuestion[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const fault = (what: string) => ({ questions, fault: `Line ${index + 1} ${what}.` });
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return fault("is no JSON");
    }
    const { question, relevant } = (value ?? {}) as Partial<KnownQuestion>;
    if (typeof question !== "string" || question === "") return fault("has no question");
    if (!Array.isArray(relevant) || relevant.length === 0) return fault("names no memory that is relevant");
    questions.push({ question, relevant });
  }
  return { questions, fault: undefined };
}

const linesOf = (questions: readonly KnownQuestion[]): string => questions.map((it) => JSON.stringify(it)).join("\n");

export function isRelevant(question: string, id: string): boolean {
  return questionsOf(questionLines.value).questions.some((it) => it.question === question && it.relevant.includes(id));
}

/** Says that a memory answers a question, or that it does not. */
export function toggle(question: string, id: string): void {
  const { questions } = questionsOf(questionLines.peek());
  const before = questions.find((it) => it.question === question)?.relevant ?? [];
  const relevant = before.includes(id) ? before.filter((it) => it !== id) : [...before, id];
  const others = questions.filter((it) => it.question !== question);
  questionLines.value = linesOf(relevant.length === 0 ? others : [...others, { question, relevant }]);
}
