"""What no schema says: what a stream of events is, that a key is good once, which workspace is the caller's, and an invitation's
code.
"""

import base64
import functools
import itertools
import json
import os
import urllib.request

import schemathesis
from schemathesis import GenerationMode

REQUESTS = itertools.count(1)
URL, TOKEN = os.environ["ASTRA_URL"], os.environ["ASTRA_TOKEN"]
CLAIMS = TOKEN.split(".")[1]
WORKSPACE = json.loads(base64.urlsafe_b64decode(CLAIMS + "=" * (-len(CLAIMS) % 4)))["wsp"]
# The stream has no end, and what the others set would refuse the cases of all other operations.
KEPT_OUT = {"workspaces.events", "workspaces.put_restrictions", "workspaces.put_quotas"}


@functools.cache
def invitation():
    """The code of an invitation: the owner, who is a member, can use it again and again."""
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    request = urllib.request.Request(f"{URL}/workspaces/{WORKSPACE}/invitations", b'{"role":"member"}', headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["code"]


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
    """A key that came with another request is rightly refused, so each good request gets its own. No workspace but the caller's
    is found, so each good request names that one. Of two good codes of invitations one is made up."""
    if case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"case-{next(REQUESTS)}"
    for parameter in case.operation.path_parameters:
        # Schemathesis' links put what an answer has into a path, although it is null.
        if case.path_parameters.get(parameter.name) in (None, "None"):
            case.path_parameters[parameter.name] = parameter.definition["example"]
    operation = case.operation.definition.raw["operationId"]
    if "workspace_id" in case.path_parameters and operation not in KEPT_OUT:
        case.path_parameters["workspace_id"] = WORKSPACE
    if operation == "workspaces.accept_invitation" and next(REQUESTS) % 2:
        case.body = {**case.body, "code": invitation()}
