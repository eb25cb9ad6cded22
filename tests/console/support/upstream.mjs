// A provider whose answers are written down: it speaks OpenAI's Chat Completions on a free port.

import { createServer } from "node:http";

/**
 * `answer` gets the messages of a request, and says what the model answers: `{ content }`, or `{ calls: [{ tool, arguments }] }`.
 * Or `{ status, content }`, for an error.
 */
export async function startUpstream(answer) {
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    if (request.method !== "POST") {
      response.writeHead(200, { "content-type": "application/json" }).end('{"object":"list","data":[]}');
      return;
    }
    const body = JSON.parse(text);
    const { status = 200, content = null, calls } = answer(body.messages, body);
    if (status !== 200) {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ error: { message: content } }));
      return;
    }
    const tool_calls = calls?.map((call, index) => ({
      index,
      id: `call_${body.messages.length}_${index}`,
      type: "function",
      function: { name: call.tool, arguments: JSON.stringify(call.arguments) },
    }));
    const said = { role: "assistant", content, ...(tool_calls ? { tool_calls } : {}) };
    const common = { id: "scripted", created: 0, model: body.model };
    const finish_reason = tool_calls ? "tool_calls" : "stop";
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    if (!body.stream) {
      const choices = [{ index: 0, message: said, finish_reason }];
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ ...common, object: "chat.completion", choices, usage }));
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const send = (more) => response.write(`data: ${JSON.stringify({ ...common, object: "chat.completion.chunk", ...more })}\n\n`);
    send({ choices: [{ index: 0, delta: said, finish_reason: null }] });
    send({ choices: [{ index: 0, delta: {}, finish_reason }], usage });
    response.end("data: [DONE]\n\n");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    stop: () => new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    }),
  };
}
