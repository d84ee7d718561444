"""What differs between two states of the specifications: Applications, and the objects that they deploy."""
