"""Observe, diff, plan, apply, report: makes clusters match what Git says. Effects come in as arguments."""
