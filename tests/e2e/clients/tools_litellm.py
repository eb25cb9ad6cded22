"""LiteLLM with tools of its own, whole and streamed.

Reads ASTRA_URL, ASTRA_TOKEN and ASTRA_AGENT, an agent whose model asks for the weather of the cities in the question.
"""

import json
import os

import litellm

DEGREES = {"Paris": 18, "Rome": 25, "Oslo": 3}
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"type": "function", "function": {"name": "get_weather", "description": "The weather.", "parameters": PARAMETERS}}


def loop(stream: bool) -> str:
    messages: list = [{"role": "user", "content": "What time is it, and what is the weather in Paris and Rome?"}]
    while True:
        answer = litellm.completion(
            model="openai/" + os.environ["ASTRA_AGENT"],
            api_base=os.environ["ASTRA_URL"] + "/v1",
            api_key=os.environ["ASTRA_TOKEN"],
            messages=messages,
            tools=[TOOL],
            stream=stream,
        )
        if stream:
            answer = litellm.stream_chunk_builder(list(answer), messages=messages)
        message = answer.choices[0].message
        messages.append(message)
        if not message.tool_calls:
            return message.content
        assert answer.choices[0].finish_reason == "tool_calls", answer
        for call in message.tool_calls:
            city = json.loads(call.function.arguments)["city"]
            content = f"{city}: {DEGREES[city]} degrees"
            messages.append({"role": "tool", "tool_call_id": call.id, "content": content})


if __name__ == "__main__":
    print("whole:   ", loop(False))
    print("streamed:", loop(True))
