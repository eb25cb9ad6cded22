"""register.py URL CODE: makes the first account of a gateway, its owner, by the set-up code; prints an access token."""

import json
import sys
import urllib.request

account = {"email": "owner@example.org", "password": "correct horse battery staple", "setup_code": sys.argv[2]}
headers = {"content-type": "application/json"}
request = urllib.request.Request(f"{sys.argv[1]}/auth/register", json.dumps(account).encode(), headers)
with urllib.request.urlopen(request) as answer:
    made = json.load(answer)
assert made["user"]["role"] == "owner", made
print(made["tokens"]["access_token"])
