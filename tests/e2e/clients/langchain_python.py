"""LangChain for Python with its own settings: answers, streams, structured output and refusals.

Reads ASTRA_URL, ASTRA_TOKEN, ASTRA_AGENT and ASTRA_REFUSED, the questions that the model's server refuses.
"""

import os

import openai
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, SecretStr


class City(BaseModel):
    """A city."""

    city: str


if __name__ == "__main__":
    model = ChatOpenAI(
        model=os.environ["ASTRA_AGENT"],
        base_url=os.environ["ASTRA_URL"] + "/v1",
        api_key=SecretStr(os.environ["ASTRA_TOKEN"]),
    )
    assert model.invoke("Where is the Louvre?").content == "It is Paris."
    assert "".join(str(chunk.content) for chunk in model.stream("Where is the Louvre?")) == "It is Paris."
    for method in ("json_schema", "json_mode"):
        city = model.with_structured_output(City, method=method).invoke("Where is the Louvre? Answer in JSON.")
        assert city == City(city="Paris"), city
        print(method, city)
    for question in os.environ["ASTRA_REFUSED"].split(","):
        try:
            model.invoke(question)
            raise AssertionError(f"{question} was answered")
        except openai.APIStatusError as error:
            print(question, error.status_code, error.code)
