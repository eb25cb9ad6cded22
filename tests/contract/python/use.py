"""The client of openapi-python-client, on the gateway at ASTRA_URL."""

import os

from client import AuthenticatedClient
from client.api.agents import agents_create, agents_get, agents_list
from client.api.chat import chat_send
from client.models import Agent, AgentModel, CreateAgent, ErrorCode, PageAgent, Problem, SendMessage, Turn, TurnStatus

gateway = AuthenticatedClient(base_url=os.environ["ASTRA_URL"], token=os.environ["ASTRA_TOKEN"])

body = CreateAgent(id="from-openapi-python-client", model=AgentModel(provider="echo"))
agent = agents_create.sync(client=gateway, body=body)
assert isinstance(agent, Agent) and agent.id == body.id, agent
page = agents_list.sync(client=gateway, limit=1)
assert isinstance(page, PageAgent) and len(page.data) == 1, page
turn = chat_send.sync(client=gateway, body=SendMessage(agent_id=agent.id, message="Good morning"))
assert isinstance(turn, Turn) and turn.status == TurnStatus.COMPLETED, turn
gone = agents_get.sync(client=gateway, agent_id="gone")
assert isinstance(gone, Problem) and gone.code == ErrorCode.NOT_FOUND, gone
