"""The official OpenAI client for Python with tools of its own: whole, streamed, by the client's own helpers, and refused.

Reads ASTRA_URL, ASTRA_TOKEN and ASTRA_AGENT, an agent whose model asks for the weather of the cities in the question.
"""

import json
import os

import openai
from pydantic import BaseModel

AGENT = os.environ["ASTRA_AGENT"]
DEGREES = {"Paris": 18, "Rome": 25, "Oslo": 3}
QUESTION = {"role": "user", "content": "What time is it, and what is the weather in Paris and Rome?"}
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


class GetWeather(BaseModel):
    """The weather in a city."""

    city: str


def result(call) -> dict:
    assert call.type == "function" and call.function.name == "get_weather", call
    city = json.loads(call.function.arguments)["city"]
    return {"role": "tool", "tool_call_id": call.id, "content": f"{city}: {DEGREES[city]} degrees"}


def whole(gateway: openai.OpenAI, at_once: bool) -> str:
    """The loop that every program writes: ask, call, ask again."""
    messages, rounds = [QUESTION], 0
    while True:
        answer = gateway.chat.completions.create(
            model=AGENT, messages=messages, tools=[TOOL], parallel_tool_calls=at_once
        )
        choice = answer.choices[0]
        messages.append(choice.message)
        if not choice.message.tool_calls:
            assert choice.finish_reason == "stop" and rounds == (1 if at_once else 2), (choice, rounds)
            assert answer.usage and answer.usage.total_tokens > 0, answer
            return choice.message.content or ""
        rounds += 1
        assert choice.finish_reason == "tool_calls", choice
        assert len(choice.message.tool_calls) == (2 if at_once else 1), choice
        # In whichever order they come.
        messages.extend(reversed([result(call) for call in choice.message.tool_calls]))


def streamed(gateway: openai.OpenAI) -> str:
    """Through the client's own gatherer."""
    messages: list = [QUESTION]
    tool = openai.pydantic_function_tool(GetWeather, name="get_weather")
    while True:
        with gateway.chat.completions.stream(model=AGENT, messages=messages, tools=[tool]) as stream:
            kinds = [event.type for event in stream]
            choice = stream.get_final_completion().choices[0]
        messages.append(choice.message)
        if not choice.message.tool_calls:
            assert choice.finish_reason == "stop", choice
            return choice.message.content or ""
        assert choice.finish_reason == "tool_calls" and len(choice.message.tool_calls) == 2, choice
        assert kinds.count("tool_calls.function.arguments.done") == 2, kinds
        assert kinds.count("tool_calls.function.arguments.delta") > 4, kinds
        for call in choice.message.tool_calls:
            assert isinstance(call.function.parsed_arguments, GetWeather), call
            messages.append(result(call))


def chosen(gateway: openai.OpenAI) -> None:
    """A named tool must be called, and none may be."""
    named = {"type": "function", "function": {"name": "get_weather"}}
    ask = lambda choice: gateway.chat.completions.create(
        model=AGENT, messages=[{"role": "user", "content": "Hello"}], tools=[TOOL], tool_choice=choice
    ).choices[0]
    forced = ask(named)
    assert forced.finish_reason == "tool_calls" and forced.message.content is None, forced
    assert json.loads(forced.message.tool_calls[0].function.arguments) == {"city": "Paris"}, forced
    for choice in ("none", "auto"):
        assert ask(choice).message.tool_calls is None, choice


def refused(gateway: openai.OpenAI) -> None:
    orphan = {"role": "tool", "tool_call_id": "call_1", "content": "Rain."}
    for messages, tools, param in (
        ([QUESTION, orphan], [TOOL], "messages[1].tool_call_id"),
        ([QUESTION], [TOOL, TOOL], "tools[1].function.name"),
        ([QUESTION], [{"type": "function", "function": {"name": "current_time"}}], "tools"),
    ):
        try:
            gateway.chat.completions.create(model=AGENT, messages=messages, tools=tools)
            raise AssertionError(f"{param} was let in")
        except openai.BadRequestError as error:
            assert error.param == param and error.message, error
            print(error.message)


if __name__ == "__main__":
    gateway = openai.OpenAI(
        base_url=os.environ["ASTRA_URL"] + "/v1", api_key=os.environ["ASTRA_TOKEN"], max_retries=0, timeout=60
    )
    print("at once:   ", whole(gateway, True))
    print("one by one:", whole(gateway, False))
    print("streamed:  ", streamed(gateway))
    chosen(gateway)
    refused(gateway)
