"""The parts of docs/sandbox.md that the code says: `python -m inference_recommender_sandbox.catalogue docs/sandbox.md`.

The rest of the page is written by hand; the parts stand between a comment that names them and one that ends them.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from botocore import xform_name
from botocore.session import get_session
from moto.core.responses import BaseResponse

from inference_recommender_sandbox.cloudformation.providers.supported_types import SUPPORTED_TYPES
from inference_recommender_sandbox.iam.call_resources import known_resources
from inference_recommender_sandbox.iam.identity_quotas import IdentityQuotasBackend
from inference_recommender_sandbox.sagemaker.models import InferenceRecommenderBackend
from inference_recommender_sandbox.sagemaker.responses import InferenceRecommenderResponse

from . import faults, server
from .sagemaker import faults as sagemaker_faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_PACKAGE: Final = server.__name__.partition(".")[0]
_IMPORTED_LATE: Final = InferenceRecommenderResponse
"""moto finds it by its module's name, and nothing else imports it."""
_MODELS: Final[Mapping[str, str]] = {"applicationautoscaling": "application-autoscaling", "awslambda": "lambda"}
"""Names of service models that aren't moto's name of the service."""


def filled(page: str) -> str:
    """Return the page with every part as the code has it now.

    Raises:
        ValueError: If the page lacks a part.
    """
    for name, part in _PARTS.items():
        pattern = re.compile(rf"(<!-- made: {name} -->\n)(.*?)(<!-- end -->)", re.DOTALL)
        if not pattern.search(page):
            raise ValueError(f"the page has no part <!-- made: {name} -->")
        text = "\n".join(part())
        page = pattern.sub(lambda found, text=text: f"{found[1]}\n{text}\n\n{found[3]}", page)  # type: ignore[misc]
    return page


def _resource_types() -> Iterator[str]:
    yield "| Resource type | Attributes of `Fn::GetAtt` |"
    yield "|---|---|"
    for name, attributes in SUPPORTED_TYPES.items():
        yield f"| {name} | {', '.join(attributes)} |"


def _operations() -> Iterator[str]:
    yield "| Service | Operations |"
    yield "|---|---|"
    classes: dict[str, list[type]] = {"iam": [IdentityQuotasBackend], "sagemaker": [InferenceRecommenderBackend]}
    for service in _services(BaseResponse):
        classes.setdefault(_model(service), []).append(service)
    for model, owners in sorted(classes.items()):
        names = get_session().get_service_model(model).operation_names
        yield f"| {model} | {', '.join(name for name in names if _is_own(owners, xform_name(name)))} |"


def _call_resources() -> Iterator[str]:
    yield "| Service | Resources |"
    yield "|---|---|"
    for service, resources in known_resources():
        yield f"| {service} | {', '.join(f'`{resource}`' for resource in resources)} |"


def _fault_orders() -> Iterator[str]:
    yield "| `fault` | other members | effect |"
    yield "|---|---|---|"
    for module in (faults, sagemaker_faults):
        rows = [line for line in (module.__doc__ or "").splitlines() if line.startswith("| `")]
        yield from rows[1:-1] if module is faults else rows[1:]


def _services(owner: type[BaseResponse]) -> Iterator[type[BaseResponse]]:
    subclasses: list[type[BaseResponse]] = owner.__subclasses__()
    for service in subclasses:
        if service.__module__.startswith(_PACKAGE) and not getattr(service, "__abstractmethods__", None):
            yield service
        yield from _services(service)


def _model(service: type[BaseResponse]) -> str:
    moto_name = next(
        (
            base.__module__.split(".")[1]
            for base in service.__mro__
            if re.match(r"moto\.\w+\.responses", base.__module__)
        ),
        "",
    )
    name = service.__module__.split(".")[1] if moto_name in ("", "core") else moto_name
    return _MODELS.get(name, name)


def _is_own(classes: list[type], method: str) -> bool:
    """Return whether a service implements a method of the API itself, or one of moto's backends is made stricter."""
    for each in classes:
        own = [base for base in each.__mro__ if base.__module__.startswith(_PACKAGE)]
        moto = [base for base in each.__mro__ if base not in own]
        if any(method in vars(base) for base in own) and (
            issubclass(each, BaseResponse) or any(method in vars(base) for base in moto)
        ):
            return True
    return False


_PARTS: Final[Mapping[str, Callable[[], Iterator[str]]]] = {
    "resource types": _resource_types,
    "operations": _operations,
    "call resources": _call_resources,
    "fault orders": _fault_orders,
}


def main(paths: list[str]) -> int:
    """Fill the page in place."""
    for path in map(Path, paths):
        path.write_text(filled(path.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
