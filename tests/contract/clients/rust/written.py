"""written.py README [SAMPLES]: the Rust in a README and in the samples, as functions that must compile. The samples are a
text: for each operation, a line `## id` and its code."""

import re
import sys

HEAD = """//! What is written about the client must compile.

#![allow(clippy::pedantic, dead_code, deprecated, reason = "it is only compiled")]

use astra_client::Client;

fn main() {}
"""
FUNCTION = """
async fn {name}(client: &Client) -> Result<(), Box<dyn std::error::Error>> {{
    let _ = client;
{code}
    Ok(())
}}
"""

readme = open(sys.argv[1], encoding="utf-8").read()
blocks = [(f"readme_{number}", code) for number, code in enumerate(re.findall(r"```rust\n(.*?)```", readme, re.DOTALL))]
assert blocks, "the README has no code"
if len(sys.argv) > 2 and sys.argv[2]:
    parts = re.split(r"^## (.*)$", open(sys.argv[2], encoding="utf-8").read(), flags=re.MULTILINE)[1:]
    assert len(parts) >= 2, "there are no samples"
    blocks += [(f"sample_{re.sub('[^a-z0-9]', '_', name)}", code) for name, code in zip(parts[::2], parts[1::2], strict=True)]

print(HEAD, end="")
for name, code in blocks:
    print(FUNCTION.format(name=name, code=code), end="")
