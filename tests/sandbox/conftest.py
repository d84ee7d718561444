import sys
from pathlib import Path

# Tests of this folder share `object_engine` and the transcripts' tools.
for folder in (Path(__file__).parent, Path(__file__).parents[1] / "e2e"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
