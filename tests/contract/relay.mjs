// A small server on loopback: answers what `answer` knows itself, and passes everything else on to the gateway.

import { createServer, request } from "node:http";

// `answer(path)` gives { type, body } or nothing; `until(path)` gives a line or nothing: the answer ends with the event that has
// this line.
export async function relay(gateway, { answer = () => undefined, until = () => undefined } = {}) {
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
      const last = until(asked.url);
      if (last === undefined) answered.pipe(reply);
      else passUntil(last, answered, reply);
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

function passUntil(last, answered, reply) {
  let text = "";
  answered.setEncoding("utf8");
  answered.on("end", () => reply.end());
  answered.on("data", (piece) => {
    reply.write(piece);
    text += piece;
    const place = text.indexOf(last);
    // Events end with an empty line.
    if (place >= 0 && text.indexOf("\n\n", place) >= 0) {
      answered.destroy();
      reply.end();
    }
  });
}
