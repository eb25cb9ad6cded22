"""The clients that aiopenapi3 makes of the documents given, in OpenAPI 3.0 and 3.1, on the gateway at ASTRA_URL."""

import os
import pathlib
import sys

import httpx2
from aiopenapi3 import OpenAPI

for path in map(pathlib.Path, sys.argv[1:]):
    url = f"{os.environ['ASTRA_URL']}/{path.name}"
    api = OpenAPI.loads(url, path.read_text(encoding="utf-8"), session_factory=httpx2.Client)
    api.authenticate(bearer=os.environ["ASTRA_TOKEN"])
    name = f"from-aiopenapi3-{path.stem.replace('.', '-')}"
    agent = api._["agents.create"](data={"id": name, "model": {"provider": "echo"}})
    assert agent.id == name and agent.created_at.year > 2000, agent
    page = api._["agents.list"](parameters={"limit": 1})
    assert len(page.data) == 1, page
    turn = api._["chat.send"](data={"agent_id": name, "message": "Good morning"})
    assert turn.status == "completed", turn
