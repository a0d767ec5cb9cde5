"""What is run: the plan of runs, methods, digests of the code."""
