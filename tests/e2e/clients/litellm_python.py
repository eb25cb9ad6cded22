"""LiteLLM with its own settings: answers, structured output, the list of models and refusals.

Reads ASTRA_URL, ASTRA_TOKEN, ASTRA_AGENT and ASTRA_REFUSED, the questions that the model's server refuses.
"""

import os

import litellm
import openai

if __name__ == "__main__":
    settings = {
        "model": f"openai/{os.environ['ASTRA_AGENT']}",
        "api_base": os.environ["ASTRA_URL"] + "/v1",
        "api_key": os.environ["ASTRA_TOKEN"],
    }

    def ask(text: str, **more: object) -> object:
        return litellm.completion(messages=[{"role": "user", "content": text}], **settings, **more)

    assert ask("Where is the Louvre?").choices[0].message.content == "It is Paris."
    pieces = [chunk.choices[0].delta.content or "" for chunk in ask("Where is the Louvre?", stream=True)]
    assert "".join(pieces) == "It is Paris.", pieces
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    form = {"type": "json_schema", "json_schema": {"name": "city", "schema": schema}}
    print(ask("Where is the Louvre?", response_format=form).choices[0].message.content)
    for question in os.environ["ASTRA_REFUSED"].split(","):
        try:
            ask(question)
            raise AssertionError(f"{question} was answered")
        except openai.APIError as error:
            print(question, type(error).__name__, error.status_code)
            assert error.status_code in (400, 402, 502), error
