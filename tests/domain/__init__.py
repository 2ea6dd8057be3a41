"""Tests of the course's rules; they mirror courseware/domain."""
