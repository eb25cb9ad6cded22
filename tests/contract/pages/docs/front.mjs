// A host in front of the gateway, which has it under the prefix `/gateway`. It can hold an event stream back: what comes
// after the first word waits until it is let go.

import { createServer, request } from "node:http";
import { once } from "node:events";

export async function front(gateway) {
  const { hostname, port } = new URL(gateway);
  let held = Promise.resolve();
  async function passOn(reply, answer) {
    for await (const frame of frames(reply)) {
      answer.write(frame);
      if (frame.includes("event: content")) await held;
    }
    answer.end();
  }
  const server = createServer((asked, answer) => {
    if (!asked.url.startsWith("/gateway/")) return answer.writeHead(404).end();
    const { method, headers, url } = asked;
    const onward = request({ hostname, port, method, headers, path: url.slice("/gateway".length) }, async (reply) => {
      answer.writeHead(reply.statusCode, reply.headers);
      if (!reply.headers["content-type"]?.startsWith("text/event-stream")) return reply.pipe(answer);
      await passOn(reply, answer).catch(() => answer.destroy());
    });
    answer.on("close", () => onward.destroy());
    onward.on("error", () => answer.destroy());
    asked.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    home: `http://127.0.0.1:${server.address().port}`,
    hold() {
      let letGo;
      held = new Promise((resolve) => (letGo = resolve));
      return letGo;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

// The stream's frames, each with the empty line that ends it.
async function* frames(stream) {
  let rest = "";
  stream.setEncoding("utf8");
  for await (const piece of stream) {
    const parts = (rest + piece).split("\n\n");
    rest = parts.pop();
    yield* parts.map((part) => `${part}\n\n`);
  }
  if (rest) yield rest;
}
