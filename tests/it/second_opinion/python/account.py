"""The simulated account as boto3 reads it, beside what the simulation itself says is true.

Virtual time stands still between two calls of `Account.rest`, so that an answer and the state can be compared field by
field.
"""

import json
import urllib.request
from datetime import datetime, timedelta, timezone

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

#: Differences shown; the rest is only counted.
SHOWN = 40
#: Of a value, as much as tells.
WIDTH = 600


class Account:
    """The account behind an endpoint of `fournines sim`, and the differences found in it."""

    def __init__(self, url):
        self.url = url
        self.compared = 0
        self.differences = []
        self._clients = {}
        self.state = {}
        self.rest()

    # -- the simulation's own paths

    def control(self, method, path, body=None):
        """One of the simulation's `/_sim/` paths."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, method=method, data=data)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def rest(self, by="1m"):
        """Lets virtual time pass, which fills the token buckets, and takes a new look at the truth.

        What is new shows some seconds late (aws-domain.md A.9): more time passes until nothing is.
        """
        for _ in range(60):
            self.control("POST", "/_sim/advance", {"by": by})
            self.state = self.control("GET", "/_sim/state")
            if self.now - max(self._beginnings()) > timedelta(seconds=20):
                return
            by = "5s"

    def _beginnings(self):
        """When instances were launched and targets registered."""
        for region in self.state["regions"]:
            yield from (parsed(one["launched_at"]) for one in region["instances"])
            yield from (parsed(own["registered_at"]) for one in region["target_groups"] for own in one["targets"])

    @property
    def now(self):
        """Virtual now."""
        return parsed(self.state["time"])

    def region(self, name):
        """What is true of a region."""
        return next(region for region in self.state["regions"] if region["region"] == name)

    # -- AWS

    def client(self, service, region="us-east-1", protocol=None):
        """A client without retries, so that an answer is never the second one; `protocol` forces the wire protocol."""
        key = (service, region, protocol)
        if key not in self._clients:
            self._clients[key] = self._connect(service, region, protocol)
        return self._clients[key]

    def impatient(self, service, region):
        """A client that waits a second for an answer."""
        return self._connect(service, region, None, patience=1)

    def _connect(self, service, region, protocol, patience=60):
        session = botocore.session.get_session()
        if protocol:
            loader = session.get_component("data_loader")
            load = loader.load_service_model

            def forced(service_name, type_name, api_version=None):
                model = load(service_name, type_name, api_version)
                if type_name == "service-2":
                    model = {**model, "metadata": {**model["metadata"], "protocol": protocol, "protocols": [protocol]}}
                return model

            loader.load_service_model = forced
        return boto3.Session(botocore_session=session).client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(retries={"max_attempts": 0, "mode": "standard"}, read_timeout=patience),
        )

    # -- comparing

    def same(self, what, got, wanted):
        """Notes a difference between an answer and the truth."""
        self.compared += 1
        if got != wanted:
            self.differences.append(f"{what}\n{difference(got, wanted)}")

    def same_by_id(self, what, got, wanted):
        """The same of things by their ids: first which there are, then each of them."""
        self.same(f"{what}: ids", sorted(got), sorted(wanted))
        for key in wanted:
            if key in got:
                self.same(f"{what} {key}", got[key], wanted[key])

    def pages(self, client, operation, key, size, **arguments):
        """All items of a listing read in pages of `size`, of which all but the last are full."""
        if client.can_paginate(operation):
            pages = client.get_paginator(operation).paginate(PaginationConfig={"PageSize": size}, **arguments)
        else:
            pages = by_token(getattr(client, operation), MaxRecords=size, **arguments)
        pages = [page.get(key, []) for page in pages]
        lengths = [len(page) for page in pages]
        full = all(length == size for length in lengths[:-1]) and (lengths[-1] > 0 or len(lengths) == 1)
        self.same(f"{operation}: pages of {size} are full, {lengths}", full, True)
        return [item for page in pages for item in page]

    def pages_of_instances(self, client, size):
        """The reservations of `DescribeInstances`, whose pages count instances and not reservations."""
        pages = list(client.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": size}))
        lengths = [sum(len(one["Instances"]) for one in page["Reservations"]) for page in pages]
        self.same(
            f"describe_instances: pages of {size}, {lengths}", all(length == size for length in lengths[:-1]), True
        )
        return [one for page in pages for one in page["Reservations"]]

    def refused(self, code, status, call, **arguments):
        """Notes that a question is not refused with this code and status, a message and a request id."""
        what = f"{call.__name__} {arguments}"
        try:
            call(**arguments)
        except ClientError as error:
            answer = error.response
            said = (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"])
            self.same(what, said, (code, status))
            self.same(f"{what}: message", bool(answer["Error"].get("Message")), True)
            self.same(f"{what}: request id", bool(answer["ResponseMetadata"].get("RequestId")), True)
        else:
            self.same(what, "an answer", code)

    def report(self):
        """What was found; the differences, if there are any, are an error."""
        if self.differences:
            shown = "\n".join(self.differences[:SHOWN])
            raise SystemExit(f"{len(self.differences)} of {self.compared} comparisons differ:\n{shown}")
        print(f"{self.compared} comparisons agree")


def difference(got, wanted):
    """Where two values differ, as short as that can be said."""
    if isinstance(got, dict) and isinstance(wanted, dict):
        keys = [key for key in {**wanted, **got} if got.get(key) != wanted.get(key)]
        got, wanted = ({key: own.get(key) for key in keys} for own in (got, wanted))
    elif isinstance(got, (list, set)) and isinstance(wanted, (list, set)):
        got, wanted = ([one for one in own if one not in other] for own, other in ((got, wanted), (wanted, got)))
    return "\n".join(f"    {who}: {str(value)[:WIDTH]}" for who, value in (("boto3", got), ("state", wanted)))


def by_token(call, **arguments):
    """The pages of a listing for which boto3 has no paginator of its own."""
    answer = call(**arguments)
    yield answer
    while answer.get("NextToken"):
        answer = call(NextToken=answer["NextToken"], **arguments)
        yield answer


def parsed(text):
    """An instant that the state writes."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def time(stamp):
    """An instant as the state writes it."""
    if stamp is None:
        return None
    return stamp.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{stamp.microsecond // 1000:03d}Z"


def tags(listed):
    """Tags as the state writes them."""
    return {tag["Key"]: tag["Value"] for tag in listed}


def by(key, things):
    """Things by one of their members."""
    return {thing[key]: thing for thing in things}
