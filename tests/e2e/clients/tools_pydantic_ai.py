"""Pydantic AI with its own settings: tools, whole and streamed, and typed output by a tool, which is its default.

Reads ASTRA_URL, ASTRA_TOKEN and ASTRA_AGENT, an agent whose model asks for the weather of the cities in the question.
"""

import asyncio
import os

from pydantic import BaseModel
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

DEGREES = {"Paris": 18, "Rome": 25, "Oslo": 3}
QUESTION = "What is the weather in Paris and Rome?"
called = []


class City(BaseModel):
    city: str


def get_weather(city: str) -> str:
    """The weather in a city."""
    called.append(city)
    return f"{city}: {DEGREES[city]} degrees"


async def streamed(agent: Agent) -> str:
    async with agent.run_stream(QUESTION) as answer:
        return await answer.get_output()


if __name__ == "__main__":
    provider = OpenAIProvider(base_url=os.environ["ASTRA_URL"] + "/v1", api_key=os.environ["ASTRA_TOKEN"])
    model = OpenAIChatModel(os.environ["ASTRA_AGENT"], provider=provider)
    agent = Agent(model, tools=[get_weather])
    print("whole:   ", agent.run_sync("What time is it, and what is the weather in Paris and Rome?").output)
    assert sorted(called) == ["Paris", "Rome"], called
    called.clear()
    # A text before the calls would be the output of a stream: the model is asked for it in another conversation.
    result = agent.run_sync(QUESTION)
    history = result.all_messages()
    print("again:   ", agent.run_sync("And in Oslo, what is the weather?", message_history=history).output)
    assert sorted(called) == ["Oslo", "Paris", "Rome"], called
    typed = Agent(model, output_type=City)
    assert typed.run_sync("Where is the Louvre?").output == City(city="Paris")
    assert asyncio.run(streamed(typed)) == City(city="Paris")
    called.clear()
    with_tools = Agent(model, tools=[get_weather], output_type=City)
    assert with_tools.run_sync(QUESTION).output == City(city="Paris")
    assert asyncio.run(streamed(with_tools)) == City(city="Paris")
    assert sorted(called) == ["Paris", "Paris", "Rome", "Rome"], called
