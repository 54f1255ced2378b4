from bench.ground import Ground
from bench.rounds import Pace
from bench.table import Row


def measure(ground: Ground, pace: Pace) -> list[Row]:
    return []
