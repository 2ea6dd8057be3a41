"""Parley: courseware for people who go where a war is being talked to an end."""

__version__ = "0.1.0"
