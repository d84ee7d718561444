class Simulation:
    def __init__(self, *a): pass
