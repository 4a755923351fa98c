"""Makes a user who may describe EC2 and nothing else, and has moto hold every later request to its permissions.

    restricted.py MOTO_URL

Prints the user's keys as JSON.
"""

import json
import sys
import urllib.request

import boto3

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}]}


def main(url):
    common = {"region_name": "us-east-1", "endpoint_url": url, "aws_access_key_id": "x", "aws_secret_access_key": "x"}
    ec2, iam = boto3.client("ec2", **common), boto3.client("iam", **common)
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    ec2.run_instances(ImageId=image, MinCount=3, MaxCount=3)
    iam.create_user(UserName="watcher")
    iam.put_user_policy(UserName="watcher", PolicyName="look", PolicyDocument=json.dumps(POLICY))
    key = iam.create_access_key(UserName="watcher")["AccessKey"]
    # No further request is taken without permission.
    request = urllib.request.Request(url + "/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"})
    urllib.request.urlopen(request, timeout=30).close()
    print(json.dumps({"id": key["AccessKeyId"], "secret": key["SecretAccessKey"]}))


if __name__ == "__main__":
    main(sys.argv[1])
