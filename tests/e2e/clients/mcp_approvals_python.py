"""The official MCP client for Python, unmodified, whose user is asked for approvals: by results that need input in revision
2026-07-28, and by requests of the gateway in the one with a handshake.

Reads ASTRA_URL, ASTRA_TOKEN (of an admin) and ASTRA_AGENT, an agent that calls the tool `current_time`, which needs an approval,
as a message `/tool current_time` says. Exits with 0 and prints the answers.
"""

import asyncio
import os

import httpx2
from mcp import Client, types
from mcp.client.streamable_http import streamable_http_client

AGENT = os.environ["ASTRA_AGENT"]


async def used(mode: str, version: str) -> str:
    asked: list[str] = []
    answers = [
        {"action": "accept", "content": {"decision": "approve"}},
        {"action": "accept", "content": {"decision": "deny", "note": "Not in Paris."}},
        {"action": "decline"},
    ]

    async def decide(context: object, params: types.ElicitRequestParams) -> types.ElicitResult:
        asked.append(params.message)
        assert params.requested_schema["required"] == ["decision"], params
        return types.ElicitResult.model_validate(answers.pop(0))

    headers = {"Authorization": f"Bearer {os.environ['ASTRA_TOKEN']}"}
    async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
        transport = streamable_http_client(os.environ["ASTRA_URL"] + "/mcp", http_client=http)
        async with Client(transport, mode=mode, elicitation_callback=decide) as client:
            assert client.protocol_version == version, client.protocol_version
            said = []
            for _ in range(3):
                result = await client.call_tool(AGENT, {"message": "/tool current_time"})
                assert not result.is_error, result
                said.append(result.structured_content["answer"])
    assert '"time"' in said[0] and said[1].endswith("denied the call: Not in Paris."), said
    assert said[2].endswith("a person denied the call."), said
    assert len(asked) == 3 and all("wants to call the tool current_time" in message for message in asked), asked
    return f"{version}: {said[1]}"


async def main() -> None:
    print(await used("auto", "2026-07-28"))
    print(await used("legacy", "2025-11-25"))


asyncio.run(main())
