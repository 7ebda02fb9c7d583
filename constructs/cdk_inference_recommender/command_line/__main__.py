"""Run as `python -m cdk_inference_recommender.command_line`."""

import sys

from cdk_inference_recommender.command_line.main import main

sys.exit(main())
