"""A server of the official Python SDK, as a program or over HTTP: what the gateway has to take as it is."""

import sys

from mcp.server import MCPServer

server = MCPServer("python", version="1.0")


@server.tool()
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


@server.tool()
def people() -> list[dict[str, str]]:
    """Lists people."""
    return [{"name": "Ada"}, {"name": "Bob"}]


@server.tool()
def broken() -> str:
    """Always fails."""
    raise RuntimeError("it is broken")


@server.resource("memo://one")
def memo() -> str:
    """A memo."""
    return "Buy milk."


if len(sys.argv) > 1:
    server.run(transport="streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
else:
    server.run()
