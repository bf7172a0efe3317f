"""Footnote Watch: watches the sources a report on Belgian AI policy stands on, and tells what changed."""

__version__ = "0.1.0"
