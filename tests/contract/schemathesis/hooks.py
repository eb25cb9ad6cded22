"""What schemathesis has to be told about event streams and about keys that are good once."""

import itertools

import schemathesis
from schemathesis import GenerationMode

REQUESTS = itertools.count(1)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """OpenAPI 3.1 gives the schema of an event's data; schemathesis wants that of the whole event."""
    operations = [operation for item in raw_schema["paths"].values() for operation in item.values()]
    for operation, response in [(one, response) for one in operations for response in one["responses"].values()]:
        stream = response.get("content", {}).get("text/event-stream")
        if stream and "schema" in stream:
            data = {"type": "string", "contentMediaType": "application/json", "contentSchema": stream["schema"]}
            # OpenAI's streams end with a line that is no JSON.
            data = {"anyOf": [{"const": "[DONE]"}, data]} if operation["operationId"] == "chat.completions" else data
            properties = {"event": {"type": "string"}, "id": {"type": "string"}, "data": data}
            stream["schema"] = {"type": "object", "required": ["data"], "properties": properties}


@schemathesis.hook
def before_call(context, case, **kwargs):
    """A key that came with another request is rightly refused, so each good request gets its own."""
    if case.meta.generation.mode == GenerationMode.POSITIVE and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"case-{next(REQUESTS)}"
