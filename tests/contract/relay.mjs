// A small server on loopback: answers what `answer` knows itself, and passes everything else on to the gateway.

import { createServer, request } from "node:http";

// `answer(path)` gives { type, body } or nothing; `streaming(path)` is told when the gateway's answer to a path began.
export async function relay(gateway, { answer = () => undefined, streaming = () => {} } = {}) {
  const server = createServer((asked, reply) => {
    const own = answer(asked.url);
    if (own) {
      reply.writeHead(200, { "content-type": own.type });
      reply.end(own.body);
      return;
    }
    const { method, headers } = asked;
    const passed = request(new URL(asked.url, gateway), { method, headers }, (answered) => {
      reply.writeHead(answered.statusCode, answered.headers);
      answered.pipe(reply);
      streaming(asked.url);
    });
    passed.on("error", () => reply.destroy());
    reply.on("close", () => passed.destroy());
    asked.pipe(passed);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}
