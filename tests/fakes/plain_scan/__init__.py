"""The search said once more in plain Python, slow and without a compiler: what the compiled one is held against."""
