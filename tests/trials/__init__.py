"""Trials: the program killed, starved, raced and lied to, many times over; each prints its counts and seconds.

`python3 tasks.py trials NAME` runs one (`make trials ARGS="kills --points 1000"`); the tests run each in a short form.
"""
