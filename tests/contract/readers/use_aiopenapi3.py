"""The clients that aiopenapi3 makes of the documents given, in OpenAPI 3.0 and 3.1, on the gateway at ASTRA_URL."""

import os
import pathlib
import sys

from aiopenapi3 import OpenAPI

for path in map(pathlib.Path, sys.argv[1:]):
    api = OpenAPI.loads(f"{os.environ['ASTRA_URL']}/{path.name}", path.read_text(encoding="utf-8"))
    api.authenticate(bearer=os.environ["ASTRA_TOKEN"])
    name = f"from-aiopenapi3-{path.stem.replace('.', '-')}"
    agent = api.createRequest("agents.create")(data={"id": name, "model": {"provider": "echo"}})
    assert agent.id == name and agent.created_at.year > 2000, agent
    page = api.createRequest("agents.list")(parameters={"limit": 1})
    assert len(page.data) == 1, page
    turn = api.createRequest("chat.send")(data={"agent_id": name, "message": "Good morning"})
    assert turn.status == "completed", turn
