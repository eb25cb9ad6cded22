"""metrics.py URL TOKEN: reads a gateway's /metrics with Prometheus' own reader for Python, after much has happened to it."""

import sys
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

url, token = sys.argv[1:]
request = urllib.request.Request(f"{url}/metrics", headers={"Authorization": f"Bearer {token}"})
with urllib.request.urlopen(request) as answer:
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8", answer.headers
    text = answer.read().decode()

families = {family.name: family for family in text_string_to_metric_families(text)}
for name, kind in {
    "astra_turns": "counter",
    "astra_turn_overhead_seconds": "histogram",
    "astra_http_requests": "counter",
    "astra_provider_calls": "counter",
    "astra_provider_latency_seconds": "histogram",
    "astra_tool_calls": "counter",
    "astra_jobs": "gauge",
    "astra_streams_open": "gauge",
    "process_resident_memory_bytes": "gauge",
}.items():
    assert families[name].type == kind and families[name].documentation, families[name]

for family in families.values():
    seen = [(sample.name, tuple(sorted(sample.labels.items()))) for sample in family.samples]
    assert len(seen) == len(set(seen)), family
    if family.type != "histogram":
        continue
    for labels in {tuple(sorted((k, v) for k, v in s.labels.items() if k != "le")) for s in family.samples}:
        own = [s for s in family.samples if set(labels) <= set(s.labels.items())]
        buckets = sorted((float(s.labels["le"]), s.value) for s in own if s.name.endswith("_bucket"))
        count = next(s.value for s in own if s.name.endswith("_count"))
        assert buckets[-1] == (float("inf"), count), (family.name, buckets)
        assert buckets == sorted(buckets, key=lambda bucket: bucket[1]), (family.name, buckets)

operations = {sample.labels["operation"] for sample in families["astra_http_requests"].samples}
# Of each part of the groups that schemathesis may have held against the gateway, one.
assert len(operations) > 50 and operations & {"agents.list", "chat.send"}, operations
