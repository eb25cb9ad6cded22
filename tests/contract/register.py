"""register.py URL CODE: makes the first account of a gateway, its owner, by the set-up code, and signs it in once more, for
cases that end a sign-in; makes a member that the story removes; prints the access token of the owner's first sign-in."""

import json
import sys
import urllib.request

account = {"email": "owner@example.org", "password": "correct horse battery staple", "setup_code": sys.argv[2]}
headers = {"content-type": "application/json"}
request = urllib.request.Request(f"{sys.argv[1]}/auth/register", json.dumps(account).encode(), headers)
with urllib.request.urlopen(request) as answer:
    made = json.load(answer)
assert made["user"]["role"] == "owner", made
member = {"email": "leaving@example.org", "password": "correct horse battery staple"}
request = urllib.request.Request(f"{sys.argv[1]}/auth/register", json.dumps(member).encode(), headers)
with urllib.request.urlopen(request) as answer:
    assert json.load(answer)["user"]["role"] == "member"
grant = {"grant_type": "password", "username": account["email"], "password": account["password"]}
request = urllib.request.Request(f"{sys.argv[1]}/auth/token", json.dumps(grant).encode(), headers)
with urllib.request.urlopen(request) as answer:
    assert json.load(answer)["refresh_token"]
print(made["tokens"]["access_token"])
