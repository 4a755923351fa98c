"""Holds calls and the `aws` commands that they are printed as to botocore's models.

Each parameter must be one of the operation's, of its type, and none that is required may be missing; each command, split as a shell
does, must name the same operation and say the same parameters.
"""

import json
import shlex
import sys

import botocore.session
from botocore import xform_name
from botocore.validate import ParamValidator


def dashed(name):
    return xform_name(name, "-")


def read(words, shape):
    """The parameters that a command says, as the `aws` command reads them."""
    members = {dashed(name): (name, member) for name, member in shape.members.items()}
    said = {}
    while words:
        option = words.pop(0)
        assert option.startswith("--"), option
        option = option[2:]
        values = []
        while words and not words[0].startswith("--"):
            values.append(words.pop(0))
        if option == "region":
            continue
        if option == "count":
            # The `aws` command's own, in place of two.
            said["MinCount"] = said["MaxCount"] = int(values[0])
            continue
        if option not in members and option.startswith("no-"):
            name, member = members[option[3:]]
            assert member.type_name == "boolean" and not values, option
            said[name] = False
            continue
        name, member = members[option]
        if member.type_name == "boolean":
            assert not values, (option, values)
            said[name] = True
        elif member.type_name == "list" and member.member.type_name in ("structure", "list", "map"):
            said[name] = json.loads(values[0])
        elif member.type_name == "list":
            said[name] = values
        elif member.type_name in ("structure", "map"):
            said[name] = json.loads(values[0])
        elif member.type_name in ("integer", "long"):
            said[name] = int(values[0])
        else:
            (said[name],) = values
    return said


def main(path):
    session = botocore.session.get_session()
    with open(path, encoding="utf-8") as file:
        calls = json.load(file)
    for call in calls:
        model = session.get_service_model(call["service"]).operation_model(call["action"])
        errors = ParamValidator().validate(call["parameters"], model.input_shape)
        assert not errors.has_errors(), (call["action"], errors.generate_report())
        aws, service, operation, *words = shlex.split(call["cli"])
        assert (aws, service, operation) == ("aws", call["service"], dashed(call["action"])), call["cli"]
        assert read(words, model.input_shape) == call["parameters"], call["cli"]
    print(f"{len(calls)} calls agree")


main(sys.argv[1])
