"""Tasks of lm-eval as benchmarks: worded once into a file whose digest is planned, scored by the tasks' own code.

That code is somebody else's Python. It runs in processes without keys and network, never in the one that asks for it.
"""
