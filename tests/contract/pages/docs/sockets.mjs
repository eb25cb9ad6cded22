// The page of the reference opens the gateway's WebSocket, as any page of the gateway's own origin may.

import assert from "node:assert/strict";

// What a page gets that offers `protocols` and then, once, sends `frame`: the frames up to the end of a turn, and the code.
function talk(page, protocols, frame) {
  return page.evaluate(
    ([offered, sent]) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/chat/ws`, offered);
        const frames = [];
        socket.onopen = () => sent && socket.send(JSON.stringify(sent));
        socket.onmessage = ({ data }) => {
          frames.push(JSON.parse(data));
          if (["done", "error", "problem"].includes(frames.at(-1).type)) socket.close(1000);
        };
        socket.onclose = ({ code }) => resolve({ code, protocol: socket.protocol, frames });
      }),
    [protocols, frame],
  );
}

export async function talks(page, token, narrow) {
  const message = { type: "message", request_id: "q1", agent_id: "assistant", message: "What is the capital of France?" };
  for (const protocols of [["astra", `bearer.${token}`], [`bearer.${token}`]]) {
    const { code, protocol, frames } = await talk(page, protocols, message);
    assert.deepEqual([code, protocol], [1000, protocols[0]]);
    assert.deepEqual([frames[0].type, frames[0].request_id, frames.at(-1).type], ["accepted", "q1", "done"]);
  }
  assert.equal((await talk(page, ["astra"])).code, 4001);
  assert.equal((await talk(page, ["astra", "bearer.nonsense"])).code, 4003);
  assert.equal((await talk(page, ["astra", `bearer.${narrow}`])).code, 4003);
}
