"""Clients of the Common REST API, as scripts of that product's users are: requests, in several
generations of its paths. Argument: the base URL."""

import sys

import requests

BASE = sys.argv[1] + "/cra/"
ACCOUNT = {"username": "alice", "password": "wonderland-4711"}
QUERY = {"context": "ALL", "system": "*", "scope": "*", "row": "9999", "server": "*"}


def need(condition, what):
    if not condition:
        sys.exit("not as expected: " + what)


def logged_on(path, **body):
    """The user token, as all of them read it: from JSON, by its name."""
    answer = requests.post(BASE + path, **body)
    need(answer.status_code == 200, path + " answers " + str(answer.status_code))
    token = answer.json().get("userToken")
    need(token, "a userToken from " + path)
    return token


def data(path, token, params, **headers):
    headers["Authorization"] = "Bearer " + token
    answer = requests.get(BASE + path, params=params, headers=headers)
    need(answer.status_code == 200, path + " answers " + str(answer.status_code))
    answer.json()
    return answer


def by_form():
    """Logs on by a form, and reads one view."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    token = logged_on("serviceGateway/services/MVE_1/logon", headers=form, data=ACCOUNT)
    data("serviceGateway/services/MVE_1/products/MVMVS/views/JCSA/data", token, QUERY)
    stale = requests.get(
        BASE + "serviceGateway/services/MVE_1/products/MVMVS/views/JCSA/data",
        headers={"Authorization": "Bearer " + token[:-4] + "AAAA"},
    )
    need(stale.status_code == 401, "a bad token is told by 401, for which they log on anew")


def by_capitals():
    """The first generation of the paths, with its session and its log-off."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    services = "ServiceGateway/Services/MVE_1"
    token = logged_on(services + "/Logon", headers=form, data=ACCOUNT)
    view = services + "/products/MVMVS/views/ASRM/data"
    session = data(view, token, {"close": "false"}).headers["session"]
    data(view, token, {}, session=session)
    alive = requests.post(
        BASE + services + "/keepAlive",
        headers={"session": session},
        data={"userToken": token},
    )
    need(alive.status_code == 200, "keepAlive answers " + str(alive.status_code))
    data(view, token, {"close": "true"}, session=session)
    off = requests.post(BASE + services + "/Logoff", headers=form, data={"userToken": token})
    need(off.ok, "Logoff answers " + str(off.status_code))
    gone = requests.get(BASE + view, headers={"Authorization": "Bearer " + token})
    need(gone.status_code == 401, "a token that is logged off is refused")


def without_a_service():
    """The latest generation: no service in the paths behind the log-in."""
    json = {"Accept": "application/json", "Content-Type": "application/json; charset=utf-8"}
    token = logged_on("serviceGateway/services/MVE_1/login", headers=json, json=ACCOUNT)
    view = "serviceGateway/services/products/MVMVS/views/ZPARM/data"
    query = {"context": "DB2A", "server": "*", "system": "*", "scope": "*", "period": "="}
    query |= {"startRow": 1, "rows": 99999, "refresh": "Y", "close": "Y"}
    query |= {"filter": "null", "sort": "null", "session": "null"}
    data(view, token, query, **json)
    session = data(view, token, {"close": "false"}).headers["session"]
    closed = requests.post(
        BASE + "serviceGateway/services?close=true",
        headers={"Authorization": "Bearer " + token, "session": session},
    )
    need(closed.ok, "closing answers " + str(closed.status_code))
    off = requests.post(BASE + "serviceGateway/services/Logoff", data={"userToken": token})
    need(off.ok, "Logoff answers " + str(off.status_code))


by_form()
by_capitals()
without_a_service()
