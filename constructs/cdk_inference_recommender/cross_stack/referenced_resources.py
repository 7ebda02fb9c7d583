"""Resources that a value refers to, in whichever stack they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import DefaultTokenResolver, Reference, StringConcat, Tokenization

from cdk_inference_recommender.validation.stack_environment import stack_of
from cdk_inference_recommender.validation.stage_validation import StageValidation

from .token_references import TOKEN

if TYPE_CHECKING:
    from aws_cdk import IPostProcessor, IResolvable, IResolveContext
    from constructs import IConstruct


def referenced_resources(value: object, scope: IConstruct) -> list[IConstruct]:
    """Return the targets of all references in a value, also of those within `Fn.select` and the like.

    Call it while the app is validated: earlier, the producer of a `Lazy` may not be ready.

    Args:
        value: Any value with tokens.
        scope: Whose value it is.
    """
    resolver = _Resolver()
    Tokenization.resolve(value, resolver=resolver, scope=scope, preparing=False)
    return list({target.node.path: target for target in resolver.targets}.values())


def resources_in_text(text: str, scope: IConstruct) -> list[IConstruct]:
    """Return the targets of all references in a text; each token is looked into once in a synthesis.

    Call it while the app is validated.

    Args:
        text: A text with tokens.
        scope: Whose text it is.
    """
    stack, validation = stack_of(scope), StageValidation.of(scope)

    def referenced_by(token: str) -> list[IConstruct]:
        return validation.once(("referenced", token, stack), lambda: referenced_resources(token, scope))

    found = map(referenced_by, TOKEN.findall(text) or [text])
    return list(dict.fromkeys(resource for resources in found for resource in resources))


class _Resolver(DefaultTokenResolver):
    def __init__(self) -> None:
        super().__init__(StringConcat())
        self.targets: list[IConstruct] = []

    def resolve_token(self, t: IResolvable, context: IResolveContext, post_processor: IPostProcessor) -> Any:
        """Resolve a token as usual, and note the target of a reference."""
        if isinstance(t, Reference):
            self.targets.append(t.target)
        return super().resolve_token(t, context, post_processor)
