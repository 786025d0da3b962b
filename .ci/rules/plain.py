"""Prints template.yaml as CloudFormation gets it: what SAM makes of it, as JSON."""

import json
import os
import sys

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")

from samtranslator.translator.transform import transform  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402


class NoPolicies:
    """The template names no managed policies of SAM, so none need be asked for."""

    def load(self):
        return {}


with open(sys.argv[1], encoding="utf-8") as file:
    template = yaml_parse(file.read())
for resource in template["Resources"].values():
    if resource["Type"] == "AWS::Serverless::Function":
        resource["Properties"]["CodeUri"] = "s3://bucket/key"  # where `sam deploy` puts it
print(json.dumps(transform(template, {}, NoPolicies()), default=str))
