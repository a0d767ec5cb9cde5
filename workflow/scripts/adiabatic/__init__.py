"""Adiabatic query tuning: the library behind the workflow's scripts.

Data flows one way, and a module imports only to its left:
sources (world, papers, tuning_data, tasks) -> pairs -> encoder -> tuning -> evaluation
-> statistics, summary -> figures, tables.
"""
