"""The official OpenAI client for Python, unmodified, against the gateway.

Reads ASTRA_URL, ASTRA_TOKEN and ASTRA_AGENT (an agent whose model knows the capital of France). Exits with 0 and prints
the answers when a JSON conversation, a streamed one and a refusal are what the client expects.
"""

import os

import openai

AGENT = os.environ["ASTRA_AGENT"]
CAPITAL = {"role": "user", "content": "What is the capital of France?"}


def client(token: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=os.environ["ASTRA_URL"] + "/v1", api_key=token, max_retries=0, timeout=60)


def converse(gateway: openai.OpenAI) -> str:
    """A second question that only makes sense after the first."""
    first = gateway.chat.completions.create(model=AGENT, messages=[CAPITAL], temperature=0, max_completion_tokens=32)
    choice = first.choices[0]
    assert first.object == "chat.completion", first
    assert choice.message.role == "assistant" and choice.finish_reason == "stop", choice
    assert "Paris" in (choice.message.content or ""), choice.message
    assert first.usage and first.usage.prompt_tokens > 0 and first.usage.completion_tokens > 0, first.usage
    assert first.usage.total_tokens == first.usage.prompt_tokens + first.usage.completion_tokens, first.usage

    answer = {"role": "assistant", "content": choice.message.content}
    messages = [CAPITAL, answer, {"role": "user", "content": "And of Germany?"}]
    second = gateway.chat.completions.create(model=AGENT, messages=messages, temperature=0, max_completion_tokens=32)
    assert "Berlin" in (second.choices[0].message.content or ""), second
    return f"{choice.message.content} {second.choices[0].message.content}"


def stream(gateway: openai.OpenAI) -> str:
    """The answer in pieces, one reason to finish, and the usage last because it was asked for."""
    chunks = list(
        gateway.chat.completions.create(
            model=AGENT, messages=[CAPITAL], temperature=0, stream=True, stream_options={"include_usage": True}
        )
    )
    choices = [chunk.choices[0] for chunk in chunks if chunk.choices]
    pieces = [choice.delta.content for choice in choices if choice.delta.content]
    reasons = [choice.finish_reason for choice in choices if choice.finish_reason]
    assert all(chunk.object == "chat.completion.chunk" for chunk in chunks), chunks
    assert len({chunk.id for chunk in chunks}) == 1, "one answer has one id"
    assert len(pieces) > 1, "a stream comes in pieces"
    assert reasons == ["stop"], reasons
    usage = chunks[-1].usage
    assert usage and usage.total_tokens > 0, chunks[-1]
    assert "Paris" in "".join(pieces), pieces
    return "".join(pieces)


def refused(gateway: openai.OpenAI) -> None:
    """The client's own exceptions, made from the gateway's errors."""
    try:
        client("not-a-token").chat.completions.create(model=AGENT, messages=[CAPITAL])
        raise AssertionError("a wrong token was let in")
    except openai.AuthenticationError as error:
        assert error.status_code == 401 and error.message, error
    try:
        gateway.chat.completions.create(model="no-such-agent", messages=[CAPITAL])
        raise AssertionError("an agent that is not there answered")
    except openai.NotFoundError as error:
        assert isinstance(error.body, dict) and error.body["message"] and error.body["type"], error.body
    try:
        gateway.chat.completions.create(model=AGENT, messages=[])
        raise AssertionError("a conversation without a message was answered")
    except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
        assert isinstance(error.body, dict) and error.body["message"], error.body


if __name__ == "__main__":
    gateway = client(os.environ["ASTRA_TOKEN"])
    print("JSON:  ", converse(gateway))
    print("stream:", stream(gateway))
    refused(gateway)
    print("refusals are the client's own exceptions")
