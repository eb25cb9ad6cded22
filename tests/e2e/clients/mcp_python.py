"""The official MCP client for Python, unmodified, against the gateway: in the revision that says all in each request, which it
finds out itself, and in the one with a handshake.

Reads ASTRA_URL, ASTRA_TOKEN and ASTRA_AGENT, an agent that says again what was said. Exits with 0 and prints the answers when
the list, calls with progress, sessions and refusals are what the client expects.
"""

import asyncio
import json
import os

import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

AGENT = os.environ["ASTRA_AGENT"]


async def read_memory(client: Client, version: str) -> None:
    """Memory: written by a tool, and read as a resource."""
    written = await client.call_tool("memory_write", {"content": "Releases are made on Tuesdays."})
    assert not written.is_error, written
    uri = "astra://memory/" + json.loads(written.content[0].text)["id"]
    uris = [str(resource.uri) for resource in (await client.list_resources()).resources]
    assert uris == ["astra://memory/profile", uri], uris
    templates = (await client.list_resource_templates()).resource_templates
    assert [template.uri_template for template in templates] == ["astra://memory/{memory_id}"], templates
    found = (await client.read_resource(uri)).contents[0]
    assert found.mime_type == "application/json", found
    assert json.loads(found.text)["content"] == "Releases are made on Tuesdays.", found
    try:
        await client.read_resource("astra://memory/mem_0000000000009")
        raise AssertionError("a resource that there is not was read")
    except MCPError as error:
        assert error.code == (-32602 if version == "2026-07-28" else -32002), error


async def used(mode: str, version: str) -> str:
    headers = {"Authorization": f"Bearer {os.environ['ASTRA_TOKEN']}"}
    async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
        transport = streamable_http_client(os.environ["ASTRA_URL"] + "/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            assert client.protocol_version == version, client.protocol_version
            assert client.server_info.name == "astra", client.server_info
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert tools[AGENT].input_schema["required"] == ["message"], tools

            progress: list[str] = []

            async def note(done: float, total: float | None, message: str | None) -> None:
                progress.append(message or "")

            first = await client.call_tool(AGENT, {"message": "Paris it is"}, progress_callback=note)
            assert not first.is_error, first
            said = first.structured_content
            assert "Paris it is" in said["answer"] == first.content[0].text, first
            assert said["answer"] in "".join(progress), progress
            again = await client.call_tool(AGENT, {"message": "Again", "session_id": said["session_id"]})
            assert again.structured_content["session_id"] == said["session_id"], again
            refused = await client.call_tool(AGENT, {"message": ""})
            assert refused.is_error, refused
            try:
                await client.call_tool("no_such_agent", {"message": "m"})
                raise AssertionError("a tool that there is not was called")
            except MCPError as error:
                assert error.code == -32602, error
            await read_memory(client, version)
            return f"{version}: {said['answer']}"


async def main() -> None:
    print(await used("auto", "2026-07-28"))
    print(await used("legacy", "2025-11-25"))


asyncio.run(main())
