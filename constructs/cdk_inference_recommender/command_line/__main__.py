"""Run as `python -m cdk_inference_recommender.command_line`."""

import sys

from .main import main

sys.exit(main())
