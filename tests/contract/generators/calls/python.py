"""The client of OpenAPI Generator for Python, on the gateway at ASTRA_URL."""

import os

from openapi_client import AgentModel, AgentsApi, ApiClient, ChatApi, Configuration
from openapi_client import CreateAgent, MessageContent, SendMessage
from openapi_client.exceptions import NotFoundException

configuration = Configuration(host=os.environ["ASTRA_URL"], access_token=os.environ["ASTRA_TOKEN"])
with ApiClient(configuration) as client:
    agents = AgentsApi(client)
    agent = agents.agents_create(CreateAgent(id="from-python", model=AgentModel(provider="echo")))
    assert agent.id == "from-python", agent
    assert len(agents.agents_list(limit=1).data) == 1
    turn = ChatApi(client).chat_send(SendMessage(agent_id=agent.id, message=MessageContent("Good morning")))
    assert turn.status == "completed", turn
    try:
        agents.agents_get("gone")
    except NotFoundException as refusal:
        assert refusal.data.code == "not_found", refusal.data
    else:
        raise AssertionError("an agent that is not there is answered")
