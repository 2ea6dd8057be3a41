"""Drills: branching scenarios with gauges; how they are played, proven and looked back on."""
