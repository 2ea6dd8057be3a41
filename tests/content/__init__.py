"""Tests of the course files; they mirror courseware/content."""
