"""Resources that a value refers to, in whichever stack they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import DefaultTokenResolver, Reference, StringConcat, Tokenization

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


class _Resolver(DefaultTokenResolver):
    def __init__(self) -> None:
        super().__init__(StringConcat())
        self.targets: list[IConstruct] = []

    def resolve_token(self, t: IResolvable, context: IResolveContext, post_processor: IPostProcessor) -> Any:
        """Resolve a token as usual, and note the target of a reference."""
        if isinstance(t, Reference):
            self.targets.append(t.target)
        return super().resolve_token(t, context, post_processor)
