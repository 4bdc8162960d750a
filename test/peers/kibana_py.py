"""The stand-in as the Python client kibana-py sees it: one line of JSON for each step, with what went wrong. Argument: its address."""

import json
import sys
import urllib.request

from kibana import Kibana
from kibana.exceptions import (
    ApiError,
    AuthenticationException,
    AuthorizationException,
    BadRequestError,
    ConflictError,
    NotFoundError,
    SpaceNotFoundError,
)

url = sys.argv[1]


def step(name, work):
    """Runs one step and prints how it ended."""
    try:
        work()
        print(json.dumps({"step": name}), flush=True)
    except Exception as error:  # Whatever it is, it is the result of this step.
        print(json.dumps({"step": name, "error": f"{type(error).__name__}: {error}"}), flush=True)


def refused(kind, work, status=None):
    """Expects a refusal, as the client understands it."""
    try:
        work()
    except kind as error:
        assert status is None or error.status_code == status, error
        return
    raise AssertionError(f"no {kind.__name__}")


def fault(kind, **match):
    """Orders a fault of the stand-in for the next call that matches."""
    request = urllib.request.Request(
        f"{url}/sandbox/faults",
        json.dumps({"fault": kind, **match}).encode(),
        {"content-type": "application/json"},
    )
    urllib.request.urlopen(request).read()


with Kibana(url, api_key="any") as client:
    connectors, rules, spaces = client.connectors, client.alerting.rule, client.spaces

    # Types as the client's own guide and people's scripts create them, with a run of each that needs no service.
    simple = {
        ".server-log": ({}, {}, {"message": "from a script"}),
        ".index": ({"index": "alerts"}, {}, {"documents": [{"a": 1}]}),
        ".slack": ({}, {"webhookUrl": "https://hooks.slack.com/services/T/B/x"}, None),
        ".webhook": ({"url": "https://example.com/webhook"}, {}, None),
        ".email": (
            {"service": "other", "from": "a@example.com", "host": "mail.example.com", "port": 587, "hasAuth": True},
            {"user": "u", "password": "p"},
            None,
        ),
        ".pagerduty": ({}, {"routingKey": "k"}, None),
        ".jira": ({"apiUrl": "https://example.atlassian.net", "projectKey": "OPS"}, {"email": "a@example.com", "apiToken": "t"}, None),
        ".teams": ({}, {"webhookUrl": "https://prod-1.westeurope.logic.azure.com/workflows/x"}, None),
        ".opsgenie": ({"apiUrl": "https://api.opsgenie.com"}, {"apiKey": "k"}, None),
    }

    def round_trip(type_id, config, secrets, params):
        def work():
            made = connectors.create(name=f"peer {type_id}", connector_type_id=type_id, config=config, secrets=secrets).body
            assert made["connector_type_id"] == type_id and made["referenced_by_count" if "referenced_by_count" in made else "id"] is not None
            assert "secrets" not in made
            read = connectors.get(id=made["id"]).body
            assert {**read["config"], **config} == read["config"], read
            assert any(one["id"] == made["id"] for one in connectors.get_all().body)
            changed = connectors.update(id=made["id"], name="renamed", config=read["config"], secrets=secrets).body
            assert changed["name"] == "renamed"
            if params:
                assert connectors.execute(id=made["id"], params=params).body["status"] == "ok"
            connectors.delete(id=made["id"])
            refused(NotFoundError, lambda: connectors.get(id=made["id"]), 404)

        return work

    for type_id, (config, secrets, params) in simple.items():
        step(f"{type_id}: create, read, update, run, delete", round_trip(type_id, config, secrets, params))

    def types():
        rows = connectors.list_types().body
        assert {".slack", ".index", ".email"} <= {row["id"] for row in rows}
        assert all(row["enabled"] for row in connectors.list_types(feature_id="alerting").body if row["id"] == ".index")

    step("connector types", types)

    def own_id():
        connectors.create(id="peer-own", name="own", connector_type_id=".server-log")
        refused(ConflictError, lambda: connectors.create(id="peer-own", name="again", connector_type_id=".server-log"), 409)
        connectors.delete(id="peer-own")

    step("an id of one's own, taken the second time", own_id)
    step("a type that does not exist", lambda: refused(BadRequestError, lambda: connectors.create(name="x", connector_type_id=".nope"), 400))
    step(
        "a config that does not fit",
        lambda: refused(BadRequestError, lambda: connectors.create(name="x", connector_type_id=".index", config={"idx": "a"}), 400),
    )

    def bad_params():
        answer = connectors.execute(id="kibana-log", params={"documents": []}).body
        assert answer["status"] == "error" and answer["retry"] is False, answer

    step("params that do not fit", bad_params)
    step("a run of what is not there", lambda: refused(NotFoundError, lambda: connectors.execute(id="nobody", params={}), 404))
    step("a delete of what is not there", lambda: refused(NotFoundError, lambda: connectors.delete(id="nobody"), 404))

    def in_a_space():
        spaces.create(id="peer", name="Peer", description="of a script", color="#aabbcc")
        assert spaces.get(id="peer").body["name"] == "Peer"
        spaces.update(id="peer", name="Peer two")
        assert any(one["id"] == "peer" and one["name"] == "Peer two" for one in spaces.get_all().body)
        made = connectors.create(name="there", connector_type_id=".server-log", space_id="peer").body
        assert connectors.get(id=made["id"], space_id="peer").body["name"] == "there"
        refused(NotFoundError, lambda: connectors.get(id=made["id"]))
        refused(ConflictError, lambda: spaces.create(id="peer", name="again"), 409)
        spaces.delete(id="peer")
        refused(NotFoundError, lambda: spaces.get(id="peer"), 404)

    step("a space: create, use, update, delete", in_a_space)
    step(
        "a space that does not exist",
        lambda: refused((SpaceNotFoundError, NotFoundError), lambda: connectors.get_all(space_id="nowhere", validate_space=True)),
    )

    def rule():
        connectors.create(id="peer-log", name="log", connector_type_id=".server-log")
        frequency = {"summary": False, "notify_when": "onActionGroupChange", "throttle": None}
        action = {"id": "peer-log", "group": "query matched", "params": {"message": "m"}, "frequency": frequency}
        made = rules.create(
            name="peer rule",
            rule_type_id=".es-query",
            consumer="stackAlerts",
            schedule={"interval": "5m"},
            params={"searchType": "esQuery", "esQuery": "{}", "index": ["a"], "timeField": "@timestamp", "size": 1, "threshold": [1],
                    "thresholdComparator": ">", "timeWindowSize": 5, "timeWindowUnit": "m"},
            actions=[action],
            tags=["peer"],
        ).body
        id = made["id"]
        assert rules.get(id=id).body["actions"][0]["id"] == "peer-log"
        assert rules.find(search="peer rule", search_fields=["name"]).body["total"] >= 1
        rules.update(id=id, name="peer rule two", schedule={"interval": "10m"}, params=made["params"], actions=[action], tags=["peer"])
        assert rules.get(id=id).body["schedule"]["interval"] == "10m"
        rules.disable(id=id)
        assert rules.get(id=id).body["enabled"] is False
        rules.enable(id=id)
        rules.mute_all(id=id)
        assert rules.get(id=id).body["mute_all"] is True
        rules.unmute_all(id=id)
        rules.update_api_key(id=id)
        rules.delete(id=id)
        refused(NotFoundError, lambda: rules.get(id=id), 404)
        connectors.delete(id="peer-log")

    step("a rule: create, find, update, disable, enable, mute, delete", rule)
    step("health of alerting", lambda: client.alerting.health().body["is_sufficiently_secure"])
    step("rule types", lambda: [row["id"] for row in client.alerting.rule_types().body].index(".es-query"))

    def silence():
        made = client.maintenance_windows.create(
            title="peer", schedule={"custom": {"start": "2099-01-01T00:00:00.000Z", "duration": "1h"}}, enabled=True
        ).body
        assert client.maintenance_windows.get(id=made["id"]).body["title"] == "peer"
        client.maintenance_windows.archive(id=made["id"])
        client.maintenance_windows.unarchive(id=made["id"])
        client.maintenance_windows.delete(id=made["id"])

    step("a maintenance window: create, archive, delete", silence)
    step("status", lambda: client.status.get_status().body["version"]["number"])

    def again():
        with Kibana(url, api_key="any", max_retries=3, retry_on_status=[429, 503]) as patient:
            fault("unavailable", method="GET", path="/api/actions/connectors", times=1)
            assert len(patient.connectors.get_all().body) > 0
            fault("rate_limit", method="GET", path="/api/actions/connectors", times=1)
            assert len(patient.connectors.get_all().body) > 0
        fault("error", method="GET", path="/api/actions/connectors", times=1)
        refused(ApiError, connectors.get_all, 500)

    step("503 and 429 are tried again, 500 is an error", again)

if len(sys.argv) > 2:
    with_keys = sys.argv[2]
    with Kibana(with_keys, api_key="d3Jvbmc6a2V5") as nobody:
        step("a wrong key", lambda: refused(AuthenticationException, nobody.connectors.get_all, 401))
    with Kibana(with_keys, api_key="cmVhZDprZXk=") as reader:
        step("a key that may read", lambda: reader.connectors.get_all().body[0]["id"])
        step(
            "a key that may only read creates nothing",
            lambda: refused(AuthorizationException, lambda: reader.connectors.create(name="x", connector_type_id=".server-log"), 403),
        )
