"""An endpoint on what was recommended: its model, its number of instances, and its autoscaling."""
