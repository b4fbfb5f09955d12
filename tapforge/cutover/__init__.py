"""Moves a live PostgreSQL to Aurora: a state machine that never lets both sides accept writes.

Runs as a Lambda function, so it imports nothing of tapforge and nothing beyond boto3 and pg8000.
"""
