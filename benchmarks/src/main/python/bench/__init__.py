"""The benchmark behind `jarpipe bench`: Java against CPython and others, in turns, as ratios."""
