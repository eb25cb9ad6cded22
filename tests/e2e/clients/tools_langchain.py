"""LangChain for Python with tools of its own: an agent's loop, whole and streamed, and structured output by a tool.

Reads ASTRA_URL, ASTRA_TOKEN and ASTRA_AGENT, an agent whose model asks for the weather of the cities in the question.
"""

import os

from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, SecretStr

DEGREES = {"Paris": 18, "Rome": 25, "Oslo": 3}
QUESTION = "What time is it, and what is the weather in Paris and Rome?"


class City(BaseModel):
    """A city."""

    city: str


@tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"{city}: {DEGREES[city]} degrees"


def streamed(model, messages):
    """The answer, put together of its pieces as LangChain does it."""
    whole = None
    for chunk in model.stream(messages):
        whole = chunk if whole is None else whole + chunk
    return whole


def loop(model, ask) -> str:
    messages: list = [HumanMessage(QUESTION)]
    while True:
        answer = ask(model, messages)
        messages.append(answer)
        reason = "tool_calls" if answer.tool_calls else "stop"
        assert answer.response_metadata["finish_reason"] == reason, answer
        assert not answer.invalid_tool_calls, answer
        if not answer.tool_calls:
            return str(answer.content)
        assert [call["args"] for call in answer.tool_calls] == [{"city": "Paris"}, {"city": "Rome"}], answer
        messages.extend(get_weather.invoke(call) for call in answer.tool_calls)


if __name__ == "__main__":
    model = ChatOpenAI(
        model=os.environ["ASTRA_AGENT"],
        base_url=os.environ["ASTRA_URL"] + "/v1",
        api_key=SecretStr(os.environ["ASTRA_TOKEN"]),
    )
    bound = model.bind_tools([get_weather])
    print("whole:   ", loop(bound, lambda model, messages: model.invoke(messages)))
    print("streamed:", loop(bound, streamed))
    forced = model.bind_tools([get_weather], tool_choice="get_weather").invoke("Hello")
    assert forced.tool_calls[0]["args"] == {"city": "Paris"}, forced
    assert model.bind_tools([get_weather], tool_choice="required").invoke("The weather in Oslo?").tool_calls
    assert model.with_structured_output(City, method="function_calling").invoke("Where is the Louvre?") == City(city="Paris")
