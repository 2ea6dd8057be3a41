"""Tests of the pages; they mirror courseware/web."""
