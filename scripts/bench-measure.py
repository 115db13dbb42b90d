#!/usr/bin/env python3
"""Runs two commands in turn, A B A B ..., after one warm-up each, and prints medians of wall time, CPU time and peak
memory, and the median of the ratios B/A pair by pair. Called by scripts/bench."""
import argparse
import os
import resource
import shlex
import statistics
import subprocess
import sys
import time


def run(command, before):
    if before:
        subprocess.run(before, shell=True, check=True)
    started = time.monotonic()
    process = subprocess.Popen(shlex.split(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - started
    if status != 0:
        sys.exit(f"bench: '{command}' failed with status {os.waitstatus_to_exitcode(status)}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--before", help="shell command before each run of A, not timed")
    parser.add_argument("name")
    parser.add_argument("a")
    parser.add_argument("b")
    args = parser.parse_args()
    run(args.a, args.before)
    run(args.b, None)
    pairs = [(run(args.a, args.before), run(args.b, None)) for _ in range(args.runs)]
    wall_a, cpu_a, peak_a = (statistics.median(a[i] for a, _ in pairs) for i in range(3))
    wall_b, cpu_b, _ = (statistics.median(b[i] for _, b in pairs) for i in range(3))
    ratio = statistics.median(b[0] / a[0] for a, b in pairs)
    print(f"{args.name:24} sealift {wall_a:8.3f} s ({cpu_a:7.3f} s cpu, {peak_a:5.1f} MiB)"
          f"   stock {wall_b:8.3f} s ({cpu_b:7.3f} s cpu)   {ratio:6.1f} times faster", flush=True)


main()
