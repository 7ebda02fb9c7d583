"""The command `compare`: the results of several jobs side by side."""
