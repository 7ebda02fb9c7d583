"""ResponseURL of CloudFormation in us-east-1."""

from __future__ import annotations

from typing import Final

RESPONSE_URL: Final = "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/key"
