"""Deploys cloud assemblies through CloudFormation's API: as the CDK CLI does, without its processes and its pauses."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from .applications import ROOT
from .commands import delete

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

    from tests.e2e.conftest import LocalAws

ENVIRONMENT = {
    "${AWS::Partition}": "aws",
    "${AWS::AccountId}": "123456789012",
    "${AWS::Region}": "us-east-1",
}
BOOTSTRAP_TEMPLATE = ROOT / "node_modules/aws-cdk/lib/api/bootstrap/bootstrap-template.yaml"
COMPLETED = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def bootstrap(aws: LocalAws) -> None:
    """Make an account ready for assemblies; `test_bootstrap.py` compares it with what the CLI does."""
    client = aws.client("cloudformation")
    created = client.create_stack(
        StackName="CDKToolkit",
        TemplateBody=BOOTSTRAP_TEMPLATE.read_text(encoding="utf-8"),
        Parameters=[{"ParameterKey": "FileAssetsBucketKmsKeyId", "ParameterValue": "AWS_MANAGED_KEY"}],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    aws.wait_for_stack(created["StackId"])
    [stack] = client.describe_stacks(StackName=created["StackId"])["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"


def deploy(aws: LocalAws, assembly: Path, stacks: Container[str] | None = None) -> list[str]:
    """Deploy stacks of an assembly in the order of their dependencies, until one fails.

    Args:
        aws: Where.
        assembly: The folder.
        stacks: Names of those that are deployed. Default: all.

    Returns:
        The reasons in the events of the stack that failed, in order; empty if all are deployed.
    """
    for stack in assembled_stacks(aws, assembly):
        if stacks is not None and stack.name not in stacks:
            continue
        stack.start()
        if reasons := stack.wait():
            return reasons
    return []


def destroy(aws: LocalAws, assembly: Path) -> None:
    """Delete all stacks of an assembly, in the opposite order."""
    for name in reversed(_artifacts(assembly)):
        delete(aws, name)


@dataclass(kw_only=True)
class AssembledStack:
    """One stack of an assembly, whose assets are published.

    Attributes:
        aws: Where it is deployed.
        name: The stack's name.
        template_url: Where its template is.
    """

    aws: LocalAws
    name: str
    template_url: str
    _changed: str = field(default="")
    _earlier: int = field(default=0)

    def start(self) -> None:
        """Start to create or update the stack."""
        client = self.aws.client("cloudformation")
        arguments = {
            "StackName": self.name,
            "TemplateURL": self.template_url,
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        }
        try:
            self._earlier = len(self.aws.events(self.name))
        except ClientError as error:
            if "does not exist" not in str(error):
                raise
            self._changed = client.create_stack(**arguments)["StackId"]
            return
        try:
            self._changed = client.update_stack(**arguments)["StackId"]
        except ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise
            self._changed = ""

    @property
    def is_changing(self) -> bool:
        """Return whether the operation is under way."""
        return self.aws.is_changing(self._changed)

    def wait(self, *, seconds: float = 120) -> list[str]:
        """Wait for the operation to end; return the reasons in its events if it failed."""
        if not self._changed:
            return []
        self.aws.wait_for_stack(self._changed, seconds=seconds)
        [changed] = self.aws.client("cloudformation").describe_stacks(StackName=self._changed)["Stacks"]
        if changed["StackStatus"] in COMPLETED:
            return []
        events = self.aws.events(self.name)[self._earlier :]
        return [str(event["ResourceStatusReason"]) for event in events if event.get("ResourceStatusReason")]


def assembled_stacks(aws: LocalAws, assembly: Path) -> list[AssembledStack]:
    """Publish the assets of an assembly; return its stacks in the order of their dependencies."""
    for manifest in assembly.glob("*.assets.json"):
        publish(aws, manifest)
    urls = {
        name: _resolved(artifact["properties"]["stackTemplateAssetObjectUrl"])
        for name, artifact in _artifacts(assembly).items()
    }
    places = {name: url.removeprefix("s3://").partition("/") for name, url in urls.items()}
    return [
        AssembledStack(aws=aws, name=name, template_url=f"https://{bucket}.s3.us-east-1.amazonaws.com/{key}")
        for name, (bucket, _, key) in places.items()
    ]


def publish(aws: LocalAws, manifest: Path) -> None:
    """Upload the files that a manifest of assets lists; their buckets exist."""
    for asset in json.loads(manifest.read_text())["files"].values():
        source = manifest.parent / asset["source"]["path"]
        body = _zipped(source) if asset["source"]["packaging"] == "zip" else source.read_bytes()
        for place in asset["destinations"].values():
            aws.client("s3").put_object(Bucket=_resolved(place["bucketName"]), Key=place["objectKey"], Body=body)


def _artifacts(assembly: Path) -> dict[str, Any]:
    """Return the assembly's stacks by their names, those first that others depend on."""
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    order = TopologicalSorter({name: artifact.get("dependencies", ()) for name, artifact in artifacts.items()})
    return {
        name: artifacts[name] for name in order.static_order() if artifacts[name]["type"] == "aws:cloudformation:stack"
    }


def _resolved(text: str) -> str:
    for name, value in ENVIRONMENT.items():
        text = text.replace(name, value)
    return text


def _zipped(folder: Path) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return packed.getvalue()
