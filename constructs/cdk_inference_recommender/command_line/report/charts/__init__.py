"""The drawings of a report, and their text alternatives."""
