"""The course's rules: standard library only; the clock and the seed are passed in."""
