"""Tests of the command; they mirror courseware/cli.py by its groups of commands."""
