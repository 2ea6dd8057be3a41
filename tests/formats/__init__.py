"""Tests of the foreign formats; they mirror courseware/formats."""
