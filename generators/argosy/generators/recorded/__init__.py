"""Worlds written down: what generators asked and were answered, in a file that is kept in the repository.

    world ─Recorder→ RecordedAnswer, … ─write_world→ text ─read_world→ RecordedWorld

Pure: the caller reads and writes files, and tells the time.
"""
