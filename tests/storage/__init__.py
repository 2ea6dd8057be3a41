"""Tests of what is kept on disk; they mirror courseware/storage."""
