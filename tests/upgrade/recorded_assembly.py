"""Cloud assemblies of the example applications, recorded from a version of the library.

An assembly is stored with what the CDK CLI deploys of it: manifest, templates, and assets as zip files. Trees, metadata
and feature flags only describe it.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any, Final

from tests.example_applications import RECORDED_APPLICATIONS, synthesised

RECORDED: Final = Path(__file__).with_name("recorded")
DESCRIPTIONS: Final = ("cdk:tree", "cdk:feature-flag-report")
"""Types of artifacts that nothing is deployed from."""


def record(folder: Path) -> None:
    """Replace the recorded assemblies by those of this checkout.

    Args:
        folder: Where they are synthesised.
    """
    shutil.rmtree(RECORDED, ignore_errors=True)
    for application in RECORDED_APPLICATIONS:
        _store(synthesised(application, folder / application), RECORDED / application)


def restored(application: str, folder: Path) -> Path:
    """Return the recorded assembly of an application, as the CDK CLI takes it.

    Args:
        application: One of `RECORDED_APPLICATIONS`.
        folder: Where it is unpacked.
    """
    assembly = folder / "recorded"
    shutil.copytree(RECORDED / application, assembly)
    for archive in RECORDED.glob("asset.*.zip"):
        shutil.unpack_archive(archive, assembly / archive.stem)
    return assembly


def templates_of(assembly: Path) -> dict[str, Any]:
    """Return the templates of an assembly by their file names."""
    return {path.name: json.loads(path.read_text()) for path in sorted(assembly.glob("*.template.json"))}


def _store(assembly: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    manifest = json.loads((assembly / "manifest.json").read_text())
    manifest["artifacts"] = {
        name: {key: value for key, value in artifact.items() if key != "additionalMetadataFile"}
        for name, artifact in manifest["artifacts"].items()
        if artifact["type"] not in DESCRIPTIONS
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    for path in (assembly / "cdk.out", *assembly.glob("*.template.json"), *assembly.glob("*.assets.json")):
        shutil.copyfile(path, folder / path.name)
    for asset in assembly.glob("asset.*"):
        # Next to the assemblies, which share the function.
        _zip(asset, folder.parent / f"{asset.name}.zip")


def _zip(folder: Path, archive: Path) -> None:
    """Pack a folder; the same files give the same bytes."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            packed.writestr(
                zipfile.ZipInfo(path.relative_to(folder).as_posix()), path.read_bytes(), zipfile.ZIP_DEFLATED
            )
