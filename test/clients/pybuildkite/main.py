"""A stranger's client against the simulated Buildkite: what it decodes is printed, one line of JSON a call."""

import json
import os
import sys

import requests
from pybuildkite.builds import BuildState
from pybuildkite.buildkite import Buildkite
from pybuildkite.jobs import LogFormat

ORGANIZATION, PIPELINE = "acme", "deploy"
DEPLOY_ID = "deploy:slack:T01ACME:1.2"


def say(call, **decoded):
    print(json.dumps({"call": call, **decoded}))


def kinds(build):
    return [f"{job['type']} {job.get('state', '')}".strip() for job in build["jobs"]]


def connect():
    client = Buildkite()
    client.base_url = os.environ["BUILDKITE_REST_API_ENDPOINT"] + "/v2/"
    client.set_access_token(os.environ["BUILDKITE_API_TOKEN"])
    return client


def refused():
    """What the client makes of a 429: it does not try again."""
    try:
        connect().builds().create_build(ORGANIZATION, PIPELINE, "HEAD", "main")
    except requests.HTTPError as error:
        say("refused", status=error.response.status_code, scope=error.response.json()["scope"])


def story():
    client = connect()
    builds, jobs = client.builds(), client.jobs()
    one = (ORGANIZATION, PIPELINE)

    created = builds.create_build(*one, "4f5a6b7c" * 5, "main", message="Deploy", meta_data={"countersign:deploy-id": DEPLOY_ID})
    say("create", number=created["number"], state=created["state"])
    got = builds.get_build_by_number(*one, created["number"])
    say("get", blocked=got["blocked"], jobs=kinds(got))
    found = builds.list_all_for_pipeline(*one, states=[BuildState.BLOCKED, BuildState.RUNNING], meta_data={"countersign:deploy-id": DEPLOY_ID})
    say("list", numbers=[build["number"] for build in found])
    job = jobs.unblock_job(*one, created["number"], got["jobs"][0]["id"], fields={"release": "1.2"})
    say("unblock", state=job["state"], by=job["unblocked_by"]["name"])
    log = jobs.get_job_log(*one, created["number"], got["jobs"][2]["id"], log_format=LogFormat.TEXT)
    say("log", text=log.decode())
    again = builds.rebuild_build(*one, created["number"])
    say("rebuild", number=again["number"], rebuilt_from=again["rebuilt_from"]["number"])
    canceled = builds.cancel_build(*one, again["number"])
    say("cancel", state=canceled["state"])
    # Two builds, one a page: the client reads the page numbers out of the Link header.
    client.client.per_page = 1
    page = builds.list_all_for_org(ORGANIZATION, with_pagination=True)
    say("page", numbers=[build["number"] for build in page.body], next_page=page.next_page, last_page=page.last_page)


if __name__ == "__main__":
    sys.exit({"story": story, "refused": refused}[sys.argv[1]]())
