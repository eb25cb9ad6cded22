// A model's provider that says what a test wants, in OpenAI's protocol: word by word, with calls of tools, or never done.

import { createServer } from "node:http";

/** Starts one. `answers` gives, for each question, the pieces of an answer: texts, `{ call }`, `{ wait }` in milliseconds. */
export async function startUpstream(answers) {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (bytes) => (body += bytes));
    request.on("end", () => void answer(JSON.parse(body || "{}"), response, answers));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  return {
    /** What a gateway's configuration says of it. */
    configuration: `providers:
  scripted:
    protocol: openai
    base_url: http://127.0.0.1:${port}/v1
    api_key: none
    default_model: scripted
`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

async function answer(request, response, answers) {
  const messages = request.messages ?? [];
  const text = (message) =>
    typeof message?.content === "string" ? message.content : (message?.content ?? []).map((part) => part.text ?? "").join("");
  const question = text(messages.findLast((message) => message.role === "user"));
  const hasResult = messages.at(-1)?.role === "tool";
  const pieces = answers(question, hasResult, text(messages.at(-1)));
  const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };
  const isCall = pieces.some((piece) => piece.call);
  const finish_reason = isCall ? "tool_calls" : "stop";
  const call = (piece) => ({ id: `call_${piece.call}`, type: "function", function: { name: piece.call, arguments: JSON.stringify(piece.arguments ?? {}) } });
  if (!request.stream) {
    const content = pieces.filter((piece) => typeof piece === "string").join("");
    const message = { role: "assistant", content, ...(isCall ? { tool_calls: pieces.filter((piece) => piece.call).map(call) } : {}) };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ id: "1", object: "chat.completion", choices: [{ index: 0, message, finish_reason }], usage }));
    return;
  }
  response.setHeader("content-type", "text/event-stream");
  const send = (delta, finish = null) => {
    const chunk = { id: "1", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  for (const piece of pieces) {
    if (response.destroyed) return;
    if (typeof piece === "string") send({ content: piece });
    else if (piece.wait) await new Promise((done) => setTimeout(done, piece.wait));
    else send({ tool_calls: [{ index: 0, ...call(piece) }] });
  }
  send({}, finish_reason);
  response.write(`data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", choices: [], usage })}\n\n`);
  response.end("data: [DONE]\n\n");
}
