"""What can be wrong with compiled Applications: one idea a module, each a pure function to findings."""
