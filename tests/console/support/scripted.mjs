// A model's provider that answers by a script, with as many calls of tools at once as it says, or with an error.

import { createServer } from "node:http";

/**
 * `answer` gets the messages of a request, and gives `{ content }`, `{ calls: [{ tool, arguments }] }`, or
 * `{ status, content }` for an error.
 */
export async function startScripted(answer) {
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    const { messages = [], model, stream } = JSON.parse(text || "{}");
    const { status = 200, content = null, calls } = answer(messages);
    if (status !== 200) {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ error: { message: content } }));
      return;
    }
    const tool_calls = calls?.map((call, index) => ({
      index,
      id: `call_${messages.length}_${index}`,
      type: "function",
      function: { name: call.tool, arguments: JSON.stringify(call.arguments) },
    }));
    const message = { role: "assistant", content, ...(tool_calls ? { tool_calls } : {}) };
    const common = { id: "scripted", created: 0, model };
    const finish_reason = tool_calls ? "tool_calls" : "stop";
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    if (!stream) {
      const choices = [{ index: 0, message, finish_reason }];
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ ...common, object: "chat.completion", choices, usage }));
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const send = (more) =>
      response.write(`data: ${JSON.stringify({ ...common, object: "chat.completion.chunk", ...more })}\n\n`);
    send({ choices: [{ index: 0, delta: message, finish_reason: null }] });
    send({ choices: [{ index: 0, delta: {}, finish_reason }], usage });
    response.end("data: [DONE]\n\n");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}
