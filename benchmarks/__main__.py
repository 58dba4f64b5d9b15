"""Every benchmark, one after another, with the machine they ran on: `make bench`."""

from __future__ import annotations

from benchmarks import capture, dashboard, delivery, exports, insights, rest, start, widget
from benchmarks.machine import machine

if __name__ == "__main__":
    print(machine())
    for benchmark in (start, capture, dashboard, delivery, rest, exports, insights, widget):
        print()
        benchmark.main()
