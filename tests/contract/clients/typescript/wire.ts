// What only a server that says it on purpose can show: bytes of streams, headers, and connections that are let go.

import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";

import {
  ConflictError,
  DecodingError,
  type Fetch,
  ServerError,
  StreamBrokenError,
  UnavailableError,
} from "astra-client";

import { type Answering, connect, fresh, refused, say, scenario, served } from "./harness.ts";

const done = { type: "done", seq: 9, turn_id: "trn_1", turn: { content: "" } };

function begin(answer: ServerResponse): void {
  answer.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
}

/** What `fetch` would give for these bytes, in pieces of this size. */
function inPieces(text: string, size: number): Fetch {
  const bytes = new TextEncoder().encode(text);
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (let begin = 0; begin < bytes.length; begin += size) controller.enqueue(bytes.slice(begin, begin + size));
      controller.close();
    },
  });
  return () => Promise.resolve(new Response(body, { headers: { "content-type": "text/event-stream" } }));
}

scenario("events in pieces that break anywhere, with every end of line", async () => {
  const delta = "grüße 🦀";
  const content = JSON.stringify({ type: "content", turn_id: "trn_1", seq: 1, delta });
  const lines = JSON.stringify({ type: "content", turn_id: "trn_1", seq: 2, delta: "two" }, null, 1);
  const text =
    "\uFEFF: a sign of life\r\n\r\n" +
    `id: a\revent: content\rdata: ${content}\r\r` +
    `retry: 1\nid:b\ndata:${lines.replaceAll("\n", "\ndata:")}\n\n` +
    "id: c\0c\nid: d\n\n" +
    "event: odd\r\ndata: no JSON\r\n\r\n" +
    `data: ${JSON.stringify(done)}\r\n\r\n` +
    "data: never read\n\n";
  for (const size of [1, 2, 3, 5, 8, 13, 1000]) {
    const frames: [string, string, unknown][] = [];
    const stream = connect({ fetch: inPieces(text, size) }).chat.stream({ agent_id: "a", message: "b" });
    for await (const { id, event, data } of stream.frames()) {
      frames.push([id, event, data.type === "content" ? data.delta : data.type === "unknown" ? data.data : data.type]);
    }
    assert.deepEqual(frames, [
      ["a", "content", delta],
      ["b", "", "two"],
      ["d", "odd", "no JSON"],
      ["d", "", "done"],
    ]);
  }
});

scenario("a stream that shall not go on says that it broke", async () => {
  const answering: Answering = (_, answer) => {
    begin(answer);
    answer.write(`id: 1\ndata: ${JSON.stringify({ type: "content", turn_id: "trn_1", seq: 1, delta: "one" })}\n\n`);
    setTimeout(() => answer.destroy(), 50);
  };
  await served(answering, async (baseUrl, asked) => {
    const stream = connect({ baseUrl }).chat.stream({ agent_id: "a", message: "b" }, { resume: false });
    const kinds: string[] = [];
    const reading = (async () => {
      for await (const { type } of stream) kinds.push(type);
    })();
    const error = await refused(reading, StreamBrokenError);
    assert.equal(error.lastEventId, "1");
    assert.deepEqual(kinds, ["content"]);
    assert.equal(asked.length, 1);
  });
});

scenario("known events that are no JSON are errors", async () => {
  const answering: Answering = (_, answer) => {
    begin(answer);
    answer.end("event: content\ndata: {broken\n\n");
  };
  await served(answering, async (baseUrl) => {
    const stream = connect({ baseUrl }).chat.stream({ agent_id: "a", message: "b" });
    await refused(stream[Symbol.asyncIterator]().next(), DecodingError);
  });
  await served(
    (_, answer) => say(answer, 200, {}),
    async (baseUrl) => {
      const error = await refused(connect({ baseUrl }).chat.resume("trn_1").open(), DecodingError);
      assert.match(error.message, /application\/json/);
    },
  );
});

scenario("a silent stream counts as broken, and is resumed", async () => {
  const event = JSON.stringify({ type: "content", turn_id: "trn_1", seq: 1, delta: "one" });
  const answering: Answering = (asked, answer, nth) => {
    begin(answer);
    if (nth === 1) answer.write(`id: 1\ndata: ${event}\n\n`);
    else answer.end(`id: 9\ndata: ${JSON.stringify(done)}\n\n`);
    assert.equal(asked.path, nth === 1 ? "/chat/stream" : "/chat/turns/trn_1/events");
  };
  await served(answering, async (baseUrl, asked) => {
    const kinds: string[] = [];
    const stream = connect({ baseUrl }).chat.stream({ agent_id: "a", message: "b" }, { idleTimeout: 100 });
    for await (const { type } of stream) kinds.push(type);
    assert.deepEqual(kinds, ["content", "done"]);
    assert.deepEqual(
      asked.map(({ headers }) => headers["last-event-id"]),
      [undefined, "1"],
    );
    assert.equal(asked[0]?.headers["x-request-id"], asked[1]?.headers["x-request-id"]);
  });
});

scenario("a stream gives up after so many tries without an event", async () => {
  const event = JSON.stringify({ type: "content", turn_id: "trn_1", seq: 1, delta: "one" });
  const answering: Answering = (_, answer, nth) => {
    if (nth > 2) return say(answer, 503, { title: "Not now", code: "unavailable" });
    begin(answer);
    answer.end(nth === 1 ? `id: 1\ndata: ${event}\n\n` : "");
  };
  await served(answering, async (baseUrl, asked) => {
    const stream = connect({ baseUrl, retryDelay: 1 }).chat.stream({ agent_id: "a", message: "b" });
    const reading = (async () => {
      for await (const { type } of stream) assert.equal(type, "content");
    })();
    assert.equal((await refused(reading, UnavailableError)).code, "unavailable");
    assert.equal(asked.length, 6);
  });
  await served(answering, async (baseUrl, asked) => {
    const stream = connect({ baseUrl }).chat.stream({ agent_id: "a", message: "b" }, { maxRetries: 0 });
    const reading = (async () => {
      for await (const { type } of stream) assert.equal(type, "content");
    })();
    await refused(reading, StreamBrokenError);
    assert.equal(asked.length, 1);
  });
});

scenario("who stops reading lets the connection go", async () => {
  const gone: Promise<void>[] = [];
  const answering: Answering = (_, answer) => {
    gone.push(new Promise((resolve) => answer.on("close", resolve)));
    begin(answer);
    answer.write(`id: 1\ndata: ${JSON.stringify({ type: "content", turn_id: "trn_1", seq: 1, delta: "one" })}\n\n`);
  };
  await served(answering, async (baseUrl) => {
    const client = connect({ baseUrl });
    for await (const event of client.sessions.events("ses_1")) if (event.type === "content") break;
    const unread = client.sessions.events("ses_1");
    await unread.open();
    unread.close();
    const controller = new AbortController();
    await client.sessions.events("ses_1", { signal: controller.signal }).open();
    controller.abort();
    assert.equal(gone.length, 3);
    await Promise.all(gone);
  });
});

scenario("Retry-After as a date, and one that is too long", async () => {
  const date = new Date(Date.now() + 900).toUTCString();
  const answering: Answering = (_, answer, nth) => {
    if (nth === 1) say(answer, 503, {}, { "retry-after": date });
    else say(answer, 200, { id: "a" });
  };
  await served(answering, async (baseUrl, asked) => {
    assert.equal((await connect({ baseUrl }).agents.get("a")).id, "a");
    assert.equal(asked.length, 2);
  });
  await served(
    (_, answer) => say(answer, 503, {}, { "retry-after": "61" }),
    async (baseUrl, asked) => {
      const error = await refused(connect({ baseUrl }).agents.get("a"), UnavailableError);
      assert.equal(error.retryAfter, 61);
      assert.equal(asked.length, 1, "who is asked to wait that long is told so");
    },
  );
});

scenario("only what can be repeated is repeated", async () => {
  for (const [status, tries] of [
    [500, 1],
    [503, 3],
    [404, 1],
  ] as const) {
    await served(
      (_, answer) => say(answer, status, {}),
      async (baseUrl, asked) => {
        await connect({ baseUrl, retryDelay: 1 })
          .sessions.update("ses_1", { title: "a" })
          .catch(() => undefined);
        assert.equal(asked.length, tries, `PATCH after ${status}`);
      },
    );
  }
  await served(
    (_, answer) => say(answer, 500, {}),
    async (baseUrl, asked) => {
      const client = connect({ baseUrl, retryDelay: 1 });
      await refused(client.agents.replace("a", {}), ServerError);
      assert.equal(asked.length, 3, "PUT after 500");
      await refused(client.chat.cancel("trn_1"), ServerError);
      assert.equal(asked.length, 4, "POST after 500");
      await refused(client.chat.send({ agent_id: "a", message: "b" }, { idempotencyKey: "mine" }), ServerError);
      assert.deepEqual(
        asked.slice(4).map(({ headers }) => headers["idempotency-key"]),
        ["mine", "mine", "mine"],
      );
    },
  );
});

scenario("refusals of other forms, and answers that are none", async () => {
  const forms: [number, string, string, RegExp][] = [
    [409, "application/json", '{"error": {"message": "Too fast.", "code": "conflict"}}', /^409 conflict: Too fast\./],
    [409, "application/json", '{"error": "invalid_grant", "error_description": "Gone."}', /^409 invalid_grant: Gone\./],
    [409, "text/plain", "", /^409 Conflict: the answer is text\/plain, and no problem/],
    [409, "application/json", "[1", /^409 Conflict/],
  ];
  for (const [status, mediaType, body, message] of forms) {
    await served(
      (_, answer) => answer.writeHead(status, { "content-type": mediaType }).end(body),
      async (baseUrl) => {
        assert.match((await refused(connect({ baseUrl }).agents.get("a"), ConflictError)).message, message);
      },
    );
  }
  for (const body of ["", "{", "<html>secret</html>"]) {
    await served(
      (_, answer) => answer.writeHead(200, { "content-type": "text/html" }).end(body),
      async (baseUrl) => {
        const error = await refused(connect({ baseUrl }).agents.get("a"), DecodingError);
        assert.ok(!error.message.includes("secret"));
      },
    );
  }
});

scenario("what is sent", async () => {
  await served(
    (_, answer) => say(answer, 200, { data: [], from: "", to: "" }),
    async (baseUrl, asked) => {
      const client = connect({ baseUrl: `${baseUrl}/behind/`, headers: { "x-team": "a", "x-both": "a" } });
      const from = new Date("2026-11-01T00:00:00Z");
      await client.inference.usage({ from, groupBy: ["agent", "day"], headers: { "x-both": "b" } });
      await client.sessions.list({ agentId: "a b&c", userId: undefined });
      await client.agents.get("a/b ü", { requestId: "mine" });
      await client.agents.update("a", { display_name: null, system_prompt: undefined });
      assert.deepEqual(
        asked.map(({ path }) => path),
        [
          "/behind/inference/usage?from=2026-11-01T00%3A00%3A00.000Z&group_by=agent%2Cday",
          "/behind/sessions?agent_id=a%20b%26c",
          "/behind/agents/a%2Fb%20%C3%BC",
          "/behind/agents/a",
        ],
      );
      const [first, , third, fourth] = asked;
      assert.equal(first?.headers["x-team"], "a");
      assert.equal(first.headers["x-both"], "b");
      assert.match(
        first.headers["x-request-id"] ?? "",
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      assert.equal(third?.headers["x-request-id"], "mine");
      assert.equal(third.headers["content-type"], undefined);
      assert.equal(fourth?.body, '{"display_name":null}');
      assert.equal(fourth.headers["content-type"], "application/json");
    },
  );
});

scenario("a list that would never end", async () => {
  await served(
    (_, answer) => say(answer, 200, { data: [{ id: fresh("a") }], next_cursor: "again" }),
    async (baseUrl) => {
      await refused(connect({ baseUrl }).agents.list().toArray(), DecodingError);
    },
  );
});
