"""parts.py PACKAGE: what a generated client does with answers that no gateway gives on demand. Needs no network."""

import datetime
import importlib
import json
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import httpx

PACKAGE = sys.argv[1]
Answer = httpx.Response | Exception


def part(name: str) -> Any:
    """A module of the package."""
    return importlib.import_module(f"{PACKAGE}.{name}")


class Script:
    """Answers one after the other, and what was asked and waited for."""

    def __init__(self, *answers: Answer) -> None:
        self.left = list(answers)
        self.asked: list[httpx.Request] = []
        self.pauses: list[float] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        answer = self.left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def transport(self, **settings: Any) -> Any:
        """A transport of the package that plays the script, and does not really wait."""
        usual: dict[str, Any] = {"timeout": 600.0, "idle_timeout": 60.0, "max_retries": 2, "headers": {}, "on_response": None}
        made = part("_exchange").Settings(base_url="http://gateway.example/under", **{**usual, **settings})
        http = httpx.Client(transport=httpx.MockTransport(self.answer))
        transport = part("_transport").Transport(made, part("_tokens").GivenToken("secret"), http)
        transport.pause = self.pauses.append
        return transport

    def send(self, method: str = "GET", options: Any = None, **rest: Any) -> Any:
        call = part("_calls").Call(method=method, path="/a/{}", path_values=("x",), answer=part("_calls").raw_answer, **rest)
        return self.transport().send(call, options)


def raised(kind: str, function: Callable[..., object], *arguments: Any, **named: Any) -> Any:
    """The error of this kind that a function must raise."""
    try:
        function(*arguments, **named)
    except getattr(part("errors"), kind) as error:
        return error
    raise AssertionError(f"no {kind}")


def events_are_read_however_they_are_cut() -> None:
    text = (
        "\ufeff: a comment\n\nid: 1\nevent: a\ndata: één\ndata:two\n\n"
        "id\r\ndata\r\n\r\nretry: 250\rretry: 1x\rid: 2\0\rdata:  x\r\revent: none\n\nid: 7\n\ndata: last\n\ndata: cut"
    )
    whole = text.encode()
    expected = [("a", "één\ntwo", "1"), ("message", "", ""), ("message", " x", ""), ("message", "last", "7")]

    def read(chunks: list[bytes]) -> list[tuple[str, str, str]]:
        parser = part("_sse").Parser()
        found = [(frame.event, frame.data, frame.id) for chunk in chunks for frame in parser.push(chunk)]
        assert parser.retry_ms == 250 and parser.last_event_id == "7"
        return found

    assert read([whole]) == expected
    assert read([whole[place : place + 1] for place in range(len(whole))]) == expected
    for place in range(len(whole)):
        assert read([whole[:place], b"", whole[place:]]) == expected, place
    crlf = part("_sse").Parser()
    assert [frame.data for frame in crlf.push(b"data: a\r")] == []
    assert [frame.data for frame in crlf.push(b"\n\r")] == ["a"]
    assert [frame.data for frame in crlf.push(b"\ndata: b\r\n\r\n")] == ["b"]


def times_are_read_as_rfc_3339_has_them() -> None:
    read = part("_decoding").as_datetime
    utc = datetime.timezone.utc
    for text, expected in [
        ("2026-11-23T21:07:00.120Z", datetime.datetime(2026, 11, 23, 21, 7, 0, 120000, utc)),
        ("2026-11-23t21:07:00z", datetime.datetime(2026, 11, 23, 21, 7, tzinfo=utc)),
        ("2026-11-23T21:07:00.1234567-02:30", datetime.datetime(2026, 11, 23, 23, 37, 0, 123456, utc)),
    ]:
        assert read(text) == expected, text
        assert read(part("_encoding").encode(read(text))) == expected
    for wrong in ("2026-11-23", "2026-13-23T21:07:00Z", 5, None):
        assert "/: " in str(raised("DecodingError", read, wrong))
    try:
        part("_encoding").encode(datetime.datetime(2026, 1, 1))
    except ValueError:
        return
    raise AssertionError("a time without a zone was sent")


def a_wrong_answer_says_where() -> None:
    decoding = part("_decoding")
    read = decoding.as_map(decoding.as_list(decoding.as_integer))
    error = raised("DecodingError", read, {"a": [1, 2.0, True]})
    assert str(error) == "the answer at /a/2: a whole number was expected, and a boolean came"


def what_may_pass_is_sent_again() -> None:
    ok = httpx.Response(200, json={})
    cases: list[tuple[str, dict[str, Any], Answer, int]] = [
        ("GET", {}, httpx.Response(500), 2),
        ("GET", {}, httpx.Response(408), 2),
        ("GET", {}, httpx.Response(501), 1),
        ("GET", {}, httpx.Response(404), 1),
        ("DELETE", {}, httpx.ReadError("broke"), 2),
        ("GET", {}, httpx.ReadTimeout("slow"), 1),
        ("POST", {}, httpx.Response(500), 1),
        ("POST", {}, httpx.ReadError("broke"), 1),
        ("POST", {}, httpx.ConnectError("nobody"), 2),
        ("POST", {}, httpx.ConnectTimeout("nobody"), 2),
        ("PATCH", {}, httpx.Response(429), 2),
        ("POST", {}, httpx.Response(503), 2),
        ("POST", {"takes_idempotency_key": True}, httpx.Response(500), 2),
        ("POST", {"takes_idempotency_key": True}, httpx.RemoteProtocolError("broke"), 2),
    ]
    for method, rest, answer, times in cases:
        script = Script(answer, ok)
        if times == 2:
            script.send(method, **rest)
        else:
            raised("ClientError", script.send, method, **rest)
        assert len(script.asked) == times, (method, answer)
        same = {(one.headers["x-request-id"], one.headers.get("idempotency-key")) for one in script.asked}
        assert len(same) == 1 and (next(iter(same))[1] is not None) == bool(rest)


def it_waits_as_long_as_it_is_told() -> None:
    for value, pauses in [("3", [3.0]), ("61", []), ("0", [0.0])]:
        script = Script(httpx.Response(503, headers={"Retry-After": value}), httpx.Response(200))
        if pauses:
            script.send()
        else:
            assert raised("UnavailableError", script.send).retry_after == 61.0
        assert script.pauses == pauses
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=30)
    date = soon.strftime("%a, %d %b %Y %H:%M:%S GMT")
    script = Script(httpx.Response(429, headers={"Retry-After": date}), httpx.Response(200))
    script.send()
    assert 20 < script.pauses[0] <= 30
    script = Script(*(httpx.Response(502) for _ in range(9)))
    raised("ServerError", script.send, options={"max_retries": 7})
    for number, pause in enumerate(script.pauses):
        assert min(0.25 * 2**number, 4) <= pause <= min(0.5 * 2**number, 8)
    assert len(script.asked) == 8
    script = Script(httpx.Response(503, headers={"Retry-After": "5"}), httpx.Response(200))
    raised("UnavailableError", script.send, options={"timeout": 4})


def refusals_of_others_are_understood() -> None:
    for answer, told in [
        (httpx.Response(400, json={"error": {"message": "No.", "code": "bad"}}), "400 bad: No."),
        (httpx.Response(401, json={"error": "invalid_grant", "error_description": "No."}), "401 invalid_grant: No."),
        (httpx.Response(404), "404: Not Found"),
        (httpx.Response(403, text="Go away", headers={"content-type": "text/plain; charset=utf-8"}), "403: Go away"),
        (httpx.Response(418, json=["tea"]), "418: I'm a teapot"),
        (httpx.Response(301, headers={"location": "/b"}), "301: Moved Permanently"),
    ]:
        error = raised("APIError", Script(answer).send, options={"request_id": "r", "max_retries": 0})
        assert str(error) == f"{told} (request r)", error


def a_call_is_what_it_says() -> None:
    encoding = part("_encoding")
    script = Script(httpx.Response(200))
    query = {"a": ["x", "y"], "b": encoding.Joined([True, 1]), "c": None, "d": False, "e": "ü&"}
    script.send("put", {"extra_body": {"more": 1}, "headers": {"X-A": "b"}}, query=query, json={"a": None, "b": part("_not_given").NOT_GIVEN})
    [asked] = script.asked
    assert asked.url.raw_path == b"/under/a/x?a=x&a=y&b=true%2C1&d=false&e=%C3%BC%26"
    assert json.loads(asked.content) == {"a": None, "more": 1}
    assert asked.headers["authorization"] == "Bearer secret" and asked.headers["x-a"] == "b"
    assert encoding.path("/a/{}/b/{}/{c}", ["..", "a/b%"]) == "/a/%2E%2E/b/a%2Fb%25/{c}"


def a_request_that_cannot_be_sent_does_not_show_its_token() -> None:
    script = Script(httpx.LocalProtocolError("Illegal header value b'Bearer secret'"))
    error = raised("ClientError", script.send, "GET")
    shown = "".join(traceback.format_exception(error))
    assert "secret" not in shown and "LocalProtocolError" in str(error), shown


def stream(*frames: str, breaks: bool = False) -> httpx.Response:
    """An answer of events, which may break off."""

    def body() -> Iterator[bytes]:
        yield "".join(frames).encode()
        if breaks:
            raise httpx.ReadError("broke")

    return httpx.Response(200, content=body(), headers={"content-type": "text/event-stream"})


def event(number: int, kind: str = "more") -> str:
    return f'id: {number}\ndata: {{"type": "{kind}", "turn": "t/1", "n": {number}}}\n\n'


def number_of(value: Any) -> int:
    number: int = value["n"]
    return number


def followed(script: Script, call: dict[str, Any], events: dict[str, Any], options: Any = None) -> list[int]:
    """The numbers of the events that come."""
    made = part("_calls").Call(path="/s", answer=part("_calls").raw_answer, **call)
    source = part("_following").Events(decode=number_of, tag="type", known=frozenset({"more"}), **events)
    numbers: list[int] = []
    for number in part("_streams").Stream(script.transport(), made, source, options):
        numbers.append(number)
    return numbers


def a_broken_stream_goes_on_behind_its_last_event() -> None:
    resume = part("_following").Resume
    ends: dict[str, Any] = {"ends_with": frozenset({"done"}), "resume": resume("/turns/{}/events", "turn")}
    post = {"method": "POST", "takes_idempotency_key": True}
    script = Script(
        stream(breaks=True),
        stream(event(1), "id: 2\ndata: half", breaks=True),
        httpx.Response(503, headers={"Retry-After": "2"}),
        stream(event(2)),
        stream(event(3, "done"), event(4)),
    )
    assert followed(script, post, ends) == [1, 2, 3]
    assert [(one.method, one.url.path, one.headers.get("last-event-id")) for one in script.asked] == [
        ("POST", "/under/s", None),
        ("POST", "/under/s", None),
        ("GET", "/under/turns/t/1/events", "1"),
        ("GET", "/under/turns/t/1/events", "1"),
        ("GET", "/under/turns/t/1/events", "2"),
    ]
    assert script.asked[2].url.raw_path == b"/under/turns/t%2F1/events" and script.pauses[2] == 2.0
    assert len({one.headers["x-request-id"] for one in script.asked}) == 1
    assert script.asked[0].headers["idempotency-key"] == script.asked[1].headers["idempotency-key"]
    assert "idempotency-key" not in script.asked[2].headers

    in_vain = Script(stream(event(1)), *(stream() for _ in range(9)))
    raised("StreamBrokenError", followed, in_vain, post, ends)
    assert len(in_vain.asked) == 6
    gone = Script(stream(event(1)), httpx.Response(404))
    raised("NotFoundError", followed, gone, post, ends)
    raised("StreamBrokenError", followed, Script(stream(event(1))), post, {"ends_with": frozenset({"done"})})
    raised("StreamBrokenError", followed, Script(stream(event(1))), post, {"ends_with_done": True})
    done = Script(stream(event(1), "data: [DONE]\n\n", event(2)))
    assert followed(done, post, {"ends_with_done": True}) == [1]
    once = {"method": "POST"}
    raised("StreamBrokenError", followed, Script(stream()), once, ends)


def an_endless_stream_comes_again_until_it_is_refused() -> None:
    resume = part("_following").Resume
    idle = [stream(": still here\n\n") for _ in range(8)]
    script = Script(stream("retry: 9000\n", event(1)), *idle, stream(event(2)), httpx.Response(403))
    raised("ForbiddenError", followed, script, {"method": "GET"}, {"resume": resume()})
    assert [one.headers.get("last-event-id") for one in script.asked] == [None, *["1"] * 9, "2"]
    assert script.pauses[0] == 9.0 and all(pause <= 0.5 for pause in script.pauses[1:])
    assert followed(Script(stream(event(1))), {"method": "GET"}, {}) == [1]


def events_of_an_unknown_kind_need_no_json() -> None:
    events = part("_following").Events(decode=part("_decoding").as_anything, tag="type", known=frozenset({"more"}))
    frame = part("_sse").Frame
    assert events.value(frame("ping", "hello", "")) == {"type": "ping", "data": "hello"}
    assert events.value(frame("ping", '{"a": 1}', "")) == {"type": "ping", "a": 1}
    assert events.value(frame("more", '{"type": "more"}', "")) == {"type": "more"}
    raised("DecodingError", events.value, frame("more", "hello", ""))


PARTS = [
    events_are_read_however_they_are_cut,
    times_are_read_as_rfc_3339_has_them,
    a_wrong_answer_says_where,
    what_may_pass_is_sent_again,
    it_waits_as_long_as_it_is_told,
    refusals_of_others_are_understood,
    a_call_is_what_it_says,
    a_request_that_cannot_be_sent_does_not_show_its_token,
    a_broken_stream_goes_on_behind_its_last_event,
    an_endless_stream_comes_again_until_it_is_refused,
    events_of_an_unknown_kind_need_no_json,
]

for check in PARTS:
    check()
    print(check.__name__.replace("_", " "))
print(f"{len(PARTS)} parts passed")
