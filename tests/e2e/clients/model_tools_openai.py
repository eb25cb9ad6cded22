"""The official OpenAI client for Python with a tool of its own, and a real model: a call and its result, whole and streamed.

Reads ASTRA_URL, ASTRA_TOKEN and ASTRA_AGENT. A small model calls a tool when it has seen how that is done: two calls with
their results and answers stand before the question.
"""

import json
import os

import openai

AGENT = os.environ["ASTRA_AGENT"]
PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["c", "f"]}},
    "required": ["city"],
}
TOOL = {
    "type": "function",
    "function": {"name": "get_weather", "description": "Get the weather in a city", "parameters": PARAMETERS},
}


def example(number: int, city: str, weather: str, degrees: int) -> list[dict]:
    arguments = json.dumps({"city": city, "unit": "c"})
    call = {"id": f"call_{number}", "type": "function", "function": {"name": "get_weather", "arguments": arguments}}
    result = json.dumps({"temperature": degrees, "sky": weather})
    return [
        {"role": "user", "content": f"What is the weather in {city}?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call["id"], "content": result},
        {"role": "assistant", "content": f"The weather in {city} is {weather} with {degrees} degrees."},
    ]


def ask(gateway: openai.OpenAI, messages: list, stream: bool):
    settings = dict(model=AGENT, messages=messages, tools=[TOOL], temperature=0, max_tokens=96)
    if not stream:
        return gateway.chat.completions.create(**settings).choices[0]
    with gateway.chat.completions.stream(**settings) as events:
        kinds = [event.type for event in events]
        choice = events.get_final_completion().choices[0]
    if choice.message.tool_calls:
        assert kinds.count("tool_calls.function.arguments.delta") > 1, kinds
    return choice


def converse(gateway: openai.OpenAI, stream: bool) -> str:
    messages: list = example(1, "London", "cloudy", 12) + example(2, "Madrid", "sunny", 27)
    messages.append({"role": "user", "content": "What is the weather in Paris?"})
    choice = ask(gateway, messages, stream)
    assert choice.finish_reason == "tool_calls", choice
    (call,) = choice.message.tool_calls
    assert call.function.name == "get_weather" and json.loads(call.function.arguments)["city"] == "Paris", call
    result = json.dumps({"temperature": 18, "sky": "rainy"})
    messages += [choice.message, {"role": "tool", "tool_call_id": call.id, "content": result}]
    choice = ask(gateway, messages, stream)
    assert choice.finish_reason == "stop" and not choice.message.tool_calls, choice
    assert "18" in choice.message.content and "rainy" in choice.message.content, choice
    return choice.message.content


if __name__ == "__main__":
    gateway = openai.OpenAI(
        base_url=os.environ["ASTRA_URL"] + "/v1", api_key=os.environ["ASTRA_TOKEN"], max_retries=0, timeout=120
    )
    print("whole:   ", converse(gateway, False))
    print("streamed:", converse(gateway, True))
