"""A client of Spectrum with an open token, as a connector of that product is. Argument: the base
URL."""

import sys
import time

import requests

BASE = sys.argv[1]

answer = requests.get(
    BASE + "/security/rest/token/access/60",
    params={"noCache": int(time.time() * 1000)},
    auth=("alice", "wonderland-4711"),
)
answer.raise_for_status()
token = answer.json()["access_token"]
headers = {"Authorization": "Bearer " + token}
requests.get(BASE + "/api/whoami", headers=headers).raise_for_status()
requests.get(BASE + "/security/rest/token/logout", headers=headers).raise_for_status()
again = requests.get(BASE + "/api/whoami", headers=headers)
if again.status_code != 401:
    sys.exit("a token that is logged out is answered " + str(again.status_code))
