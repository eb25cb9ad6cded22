// A server of the Model Context Protocol with tools of its own: streamable HTTP, by the handshake, without state.

import { createServer } from "node:http";

/** `tools` are as `tools/list` shows them, each with `run`, which gives the text of an answer. */
export async function startMcp(name, tools) {
  const headers = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    headers.push(request.headers);
    if (request.method !== "POST") return response.writeHead(405).end();
    const { id, method, params } = JSON.parse(text);
    if (id === undefined) return response.writeHead(202).end();
    const send = (more) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ jsonrpc: "2.0", id, ...more }));
    if (method === "initialize") {
      const { protocolVersion } = params;
      return send({ result: { protocolVersion, capabilities: { tools: {} }, serverInfo: { name, version: "1.2.3" } } });
    }
    if (method === "ping") return send({ result: {} });
    if (method === "tools/list") return send({ result: { tools: tools.map(({ run, ...tool }) => tool) } });
    if (method === "tools/call") {
      const tool = tools.find((it) => it.name === params.name);
      return send({ result: { content: [{ type: "text", text: tool.run(params.arguments ?? {}) }], isError: false } });
    }
    return send({ error: { code: -32601, message: "Method not found" } });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  return {
    port,
    url: `http://127.0.0.1:${port}/mcp`,
    /** The headers of each request so far. */
    headers,
    stop: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}
