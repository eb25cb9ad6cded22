"""Pydantic AI with its own settings: structured output in the two ways that need no tools, and refusals.

Reads ASTRA_URL, ASTRA_TOKEN, ASTRA_AGENT and ASTRA_REFUSED, the questions that the model's server refuses.
"""

import os

from pydantic import BaseModel
from pydantic_ai import Agent, NativeOutput, PromptedOutput
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider


class City(BaseModel):
    city: str


if __name__ == "__main__":
    provider = OpenAIProvider(base_url=os.environ["ASTRA_URL"] + "/v1", api_key=os.environ["ASTRA_TOKEN"])
    model = OpenAIChatModel(os.environ["ASTRA_AGENT"], provider=provider)
    for output in (NativeOutput(City), PromptedOutput(City)):
        city = Agent(model, output_type=output).run_sync("Where is the Louvre?").output
        assert city == City(city="Paris"), city
        print(type(output).__name__, city)
    for question in os.environ["ASTRA_REFUSED"].split(","):
        try:
            Agent(model).run_sync(question)
            raise AssertionError(f"{question} was answered")
        except ModelHTTPError as error:
            print(question, error.status_code)
