"""Tests of the use cases; they mirror courseware/services."""
