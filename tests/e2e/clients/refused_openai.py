"""The official OpenAI client for Python with its own settings: structured output, the list of models, and refusals.

Reads ASTRA_URL, ASTRA_TOKEN, ASTRA_AGENT and ASTRA_REFUSED, the questions that the model's server refuses. Exits with 0 when
every answer is what the client expects.
"""

import os

import openai
from pydantic import BaseModel

AGENT = os.environ["ASTRA_AGENT"]


class City(BaseModel):
    city: str


def asked(text: str) -> dict:
    return {"model": AGENT, "messages": [{"role": "user", "content": text}]}


if __name__ == "__main__":
    gateway = openai.OpenAI(base_url=os.environ["ASTRA_URL"] + "/v1", api_key=os.environ["ASTRA_TOKEN"])
    parsed = gateway.chat.completions.parse(**asked("Where is the Louvre?"), response_format=City)
    assert parsed.choices[0].message.parsed == City(city="Paris"), parsed
    print("parse:", parsed.choices[0].message.parsed)
    form = {"type": "json_object"}
    whole = gateway.chat.completions.create(**asked("Where is the Louvre? In JSON."), response_format=form)
    assert City.model_validate_json(whole.choices[0].message.content or "") == City(city="Paris"), whole
    assert AGENT in [model.id for model in gateway.models.list()]
    assert gateway.models.retrieve(AGENT).id == AGENT
    for place, question in enumerate(os.environ["ASTRA_REFUSED"].split(",")):
        try:
            # Every second one is streamed: a refusal before the first word is refused as a whole.
            list(gateway.chat.completions.create(**asked(question), stream=True)) if place % 2 else (
                gateway.chat.completions.create(**asked(question))
            )
            raise AssertionError(f"{question} was answered")
        except openai.APIStatusError as error:
            print(question, error.status_code, error.code)
            assert "refused on purpose" in error.message or error.status_code == 502, error
            if question == "too long":
                assert isinstance(error, openai.BadRequestError) and error.code == "context_length_exceeded", error
