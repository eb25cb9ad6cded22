// A receiver of webhooks that answers as a test says.

import { createServer } from "node:http";

/** `answer` gives the status and the body for what came. */
export async function startReceiver(answer = () => [204, ""]) {
  const received = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const { pathname } = new URL(request.url, "http://receiver");
    const came = { path: pathname, headers: request.headers, body };
    received.push(came);
    const [status, text] = answer(came);
    response.writeHead(status, { "content-type": "text/plain" }).end(text);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    received,
    stop: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

/** The configuration by which a gateway may reach ports of this machine. */
export const reachable = (...ports) => `outbound:\n  allowed_networks: [127.0.0.1/32]\n  allowed_ports: [${ports.join(", ")}]\n`;
