"""CloudFormation's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from moto.core.responses import EmptyResult

from inference_recommender_sandbox.cloudformation.template.limits import check_body_size
from inference_recommender_sandbox.cloudformation.template.stored_template import template_at
from inference_recommender_sandbox.cloudformation.template.template import Template
from inference_recommender_sandbox.named_result import NamedResult

from .authorized_response import AuthorizedResponse
from .descriptions import (
    change_set_description,
    change_set_summary,
    event_description,
    export_description,
    operation_event_description,
    resource_description,
    stack_description,
    stack_summary,
    template_summary,
)
from .errors import ValidationError
from .pages import page

if TYPE_CHECKING:
    from moto.core.responses import ActionResult

    from inference_recommender_sandbox.iam.authorization import Authorizer

    from .engines import StackEngines
    from .stack_engine import StackEngine

_EVENTS_PER_PAGE: Final = 100
_STACKS_PER_PAGE: Final = 100


class CloudFormationService(AuthorizedResponse):
    """Handles CloudFormation's operations from the sandbox's own engine.

    Args:
        engines: Where the stacks are.
        authorizer: Asked what a function's session may do.
    """

    def __init__(self, engines: StackEngines, authorizer: Authorizer) -> None:
        super().__init__(authorizer)
        self._engines = engines

    def _stack_arn(self, name: str) -> str:
        return self._engine.store.get(name).stack_id

    @property
    def _engine(self) -> StackEngine:
        return self._engines.of(self.current_account, self.region)

    def create_change_set(self) -> ActionResult:
        """Create a change set."""
        get = self._get_param
        change_set = self._engine.change_set_engine.create(
            name=get("ChangeSetName"),
            stack_name=get("StackName"),
            kind=get("ChangeSetType") or "UPDATE",
            template=self._template(required=False),
            parameters=get("Parameters") or [],
            tags=self._tags() or {},
            options={
                "description": get("Description"),
                "role_arn": get("RoleARN"),
                "capabilities": get("Capabilities") or [],
                "notification_arns": get("NotificationARNs") or [],
                "on_stack_failure": get("OnStackFailure"),
            },
        )
        return NamedResult({"Id": change_set.change_set_id, "StackId": change_set.stack_id})

    def describe_change_set(self) -> ActionResult:
        """Describe a change set."""
        change_set = self._engine.change_sets.get(self._get_param("ChangeSetName"), self._get_param("StackName"))
        stack = self._engine.store.get(change_set.stack_id)
        return NamedResult(change_set_description(change_set, stack.name))

    def list_change_sets(self) -> ActionResult:
        """List a stack's change sets."""
        stack = self._engine.store.get(self._get_param("StackName"))
        items = self._engine.change_sets.of(stack)
        return NamedResult({"Summaries": [change_set_summary(item, stack.name) for item in items]})

    def delete_change_set(self) -> ActionResult:
        """Delete a change set."""
        self._engine.change_sets.delete(self._get_param("ChangeSetName"), self._get_param("StackName"))
        return EmptyResult()

    def execute_change_set(self) -> ActionResult:
        """Start a change set."""
        self._engine.change_set_engine.execute(
            self._get_param("ChangeSetName"),
            self._get_param("StackName"),
            disable_rollback=bool(self._get_bool_param("DisableRollback", if_none=False)),
        )
        return EmptyResult()

    def create_stack(self) -> ActionResult:
        """Start the creation of a stack."""
        template = self._template(required=True)
        stack = self._engine.create_stack(
            name=self._get_param("StackName"),
            template=template,  # type: ignore[arg-type] # it is required
            parameters=self._get_param("Parameters") or [],
            tags=self._tags() or {},
            capabilities=self._get_param("Capabilities") or [],
            disable_rollback=bool(self._get_bool_param("DisableRollback", if_none=False))
            or self._get_param("OnFailure") == "DO_NOTHING",
            termination_protection=bool(self._get_bool_param("EnableTerminationProtection", if_none=False)),
        )
        return NamedResult({"StackId": stack.stack_id})

    def update_stack(self) -> ActionResult:
        """Start the update of a stack."""
        stack = self._engine.update_stack(
            name=self._get_param("StackName"),
            template=self._template(required=False),
            parameters=self._get_param("Parameters") or [],
            tags=self._tags(),
            capabilities=self._get_param("Capabilities") or [],
            disable_rollback=bool(self._get_bool_param("DisableRollback", if_none=False)),
        )
        return NamedResult({"StackId": stack.stack_id})

    def delete_stack(self) -> ActionResult:
        """Start the deletion of a stack."""
        self._engine.delete_stack(self._get_param("StackName"), retain=self._get_param("RetainResources") or [])
        return EmptyResult()

    def cancel_update_stack(self) -> ActionResult:
        """Make an update roll back."""
        self._engine.cancel_update_stack(self._get_param("StackName"))
        return EmptyResult()

    def continue_update_rollback(self) -> ActionResult:
        """Try a failed rollback again."""
        self._engine.continue_update_rollback(
            self._get_param("StackName"), skip=self._get_param("ResourcesToSkip") or []
        )
        return NamedResult({})

    def rollback_stack(self) -> ActionResult:
        """Roll back a stack that failed with rollback disabled."""
        return NamedResult({"StackId": self._engine.roll_back_stack(self._get_param("StackName")).stack_id})

    def update_termination_protection(self) -> ActionResult:
        """Protect a stack from deletion, or no longer."""
        stack = self._engine.store.get(self._get_param("StackName"))
        stack.termination_protection = bool(self._get_bool_param("EnableTerminationProtection"))
        return NamedResult({"StackId": stack.stack_id})

    def describe_stacks(self) -> ActionResult:
        """Describe one stack or all."""
        name = self._get_param("StackName")
        stacks = [self._engine.store.get(name)] if name else list(self._engine.store.active())
        items, token = page(stacks, self._get_param("NextToken"), size=_STACKS_PER_PAGE)
        return NamedResult({"Stacks": [stack_description(stack) for stack in items], "NextToken": token})

    def list_stacks(self) -> ActionResult:
        """List stacks, deleted ones too."""
        wanted = self._get_param("StackStatusFilter") or []
        stacks = [s for s in self._engine.store.stacks.values() if not wanted or s.status in wanted]
        items, token = page(stacks, self._get_param("NextToken"), size=_STACKS_PER_PAGE)
        return NamedResult({"StackSummaries": [stack_summary(stack) for stack in items], "NextToken": token})

    def describe_stack_events(self) -> ActionResult:
        """Return a stack's events, the newest first."""
        stack = self._engine.store.get(self._get_param("StackName"))
        items, token = page(stack.events[::-1], self._get_param("NextToken"), size=_EVENTS_PER_PAGE)
        return NamedResult({"StackEvents": [event_description(stack, item) for item in items], "NextToken": token})

    def describe_events(self) -> ActionResult:
        """Return events of a stack or change set, the newest first."""
        name, change_set_name = self._get_param("StackName"), self._get_param("ChangeSetName")
        if change_set_name:
            name = self._engine.change_sets.get(change_set_name, name).stack_id
        stack = self._engine.store.get(name)
        events = stack.events[::-1]
        if (self._get_param("Filters") or {}).get("FailedEvents"):
            events = [event for event in events if event.status.endswith("FAILED")]
        items, token = page(events, self._get_param("NextToken"), size=_EVENTS_PER_PAGE)
        described = [operation_event_description(stack, item) for item in items]
        return NamedResult({"OperationEvents": described, "NextToken": token})

    def list_stack_resources(self) -> ActionResult:
        """List a stack's resources."""
        stack = self._engine.store.get(self._get_param("StackName"))
        items, token = page(list(stack.resources.values()), self._get_param("NextToken"), size=_EVENTS_PER_PAGE)
        described = [resource_description(stack, item) for item in items]
        return NamedResult({"StackResourceSummaries": described, "NextToken": token})

    def describe_stack_resources(self) -> ActionResult:
        """Describe a stack's resources, or the one of a physical id."""
        name, logical_id = self._get_param("StackName"), self._get_param("LogicalResourceId")
        physical_id = self._get_param("PhysicalResourceId")
        stacks = [self._engine.store.get(name)] if name else list(self._engine.store.active())
        found = [
            resource_description(stack, resource)
            for stack in stacks
            for resource in list(stack.resources.values())
            if logical_id in (None, resource.logical_id) and physical_id in (None, resource.physical_id)
        ]
        if not found and not name:
            raise ValidationError(f"Stack for {physical_id} does not exist")
        return NamedResult({"StackResources": found})

    def describe_stack_resource(self) -> ActionResult:
        """Describe one resource of a stack."""
        name, logical_id = self._get_param("StackName"), self._get_param("LogicalResourceId")
        stack = self._engine.store.get(name)
        if logical_id not in stack.resources:
            raise ValidationError(f"Resource {logical_id} does not exist for stack {name}")
        return NamedResult({"StackResourceDetail": resource_description(stack, stack.resources[logical_id])})

    def get_template(self) -> ActionResult:
        """Return a stack's or change set's template as it was given."""
        change_set_name = self._get_param("ChangeSetName")
        if change_set_name:
            template = self._engine.change_sets.get(change_set_name, self._get_param("StackName")).template
        else:
            stack = self._engine.store.get(self._get_param("StackName"))
            if stack.template is None:
                return NamedResult({"TemplateBody": "", "StagesAvailable": ["Original", "Processed"]})
            template = stack.template
        return NamedResult({"TemplateBody": template.body, "StagesAvailable": ["Original", "Processed"]})

    def get_template_summary(self) -> ActionResult:
        """Return what a template declares."""
        name = self._get_param("StackName")
        template = self._engine.store.get(name).template if name else self._template(required=True)
        if template is None:
            raise ValidationError("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.")
        return NamedResult(template_summary(template))

    def validate_template(self) -> ActionResult:
        """Check a template."""
        template = self._template(required=True)
        return NamedResult(template_summary(template))  # type: ignore[arg-type] # it is required

    def list_exports(self) -> ActionResult:
        """List the Region's exports."""
        exports = [
            export_description(stack, output)
            for stack in self._engine.store.active()
            for output in stack.outputs
            if output.export_name
        ]
        items, token = page(exports, self._get_param("NextToken"), size=_EVENTS_PER_PAGE)
        return NamedResult({"Exports": items, "NextToken": token})

    def list_imports(self) -> ActionResult:
        """List the stacks that use an export."""
        name = self._get_param("ExportName")
        users = [stack.name for stack in self._engine.store.importers(name)]
        if not users:
            raise ValidationError(f"Export '{name}' is not imported by any stack.")
        return NamedResult({"Imports": users})

    def list_hook_results(self) -> ActionResult:
        """There are no hooks."""
        return NamedResult({"HookResults": []})

    def get_stack_policy(self) -> ActionResult:
        """There is no stack policy."""
        return NamedResult({})

    def _tags(self) -> dict[str, str] | None:
        tags = self._get_param("Tags")
        return None if tags is None else {tag["Key"]: tag["Value"] for tag in tags}

    def _template(self, *, required: bool) -> Template | None:
        body, url = self._get_param("TemplateBody"), self._get_param("TemplateURL")
        if body and url:
            raise ValidationError("You cannot specify more than one template parameter")
        if url:
            return Template.parse(template_at(url, account_id=self.current_account))
        if body:
            check_body_size(body)
            return Template.parse(body)
        if required or not self._get_bool_param("UsePreviousTemplate", if_none=False):
            raise ValidationError("Either Template URL or Template Body must be specified.")
        return None
