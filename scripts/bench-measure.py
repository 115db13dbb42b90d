#!/usr/bin/env python3
"""Runs two commands in turn, A B A B ..., after one warm-up each, and prints medians of wall time, CPU time and peak
memory, and the median of the ratios B/A pair by pair. Called by scripts/bench."""
import argparse
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time


def run(command, before):
    """Wall and CPU seconds."""
    if before:
        subprocess.run(before, shell=True, check=True)
    words = shlex.split(command)
    quiet = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
    started = time.monotonic()
    process = os.posix_spawnp(words[0], words, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(process, 0)
    wall = time.monotonic() - started
    if status != 0:
        sys.exit(f"bench: '{command}' failed with status {os.waitstatus_to_exitcode(status)}")
    return wall, usage.ru_utime + usage.ru_stime


def warm_up(command, before):
    """Peak memory in MiB of the largest process. By time(1): what we fork begins with the memory of Python, and that
    counts as its peak."""
    if before:
        subprocess.run(before, shell=True, check=True)
    with tempfile.NamedTemporaryFile() as peak:
        subprocess.run(["time", "-q", "-f", "%M", "-o", peak.name, *shlex.split(command)], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return int(peak.read().split()[-1]) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--before", help="shell command before each run of A, not timed")
    parser.add_argument("name")
    parser.add_argument("a")
    parser.add_argument("b")
    args = parser.parse_args()
    peak_a = warm_up(args.a, args.before)
    peak_b = warm_up(args.b, None)
    pairs = [(run(args.a, args.before), run(args.b, None)) for _ in range(args.runs)]
    wall_a, cpu_a = (statistics.median(a[i] for a, _ in pairs) for i in range(2))
    wall_b, cpu_b = (statistics.median(b[i] for _, b in pairs) for i in range(2))
    ratio = statistics.median(b[0] / a[0] for a, b in pairs)
    print(f"{args.name:24} sealift {wall_a:8.4f} s ({cpu_a:8.4f} s cpu, {peak_a:5.1f} MiB)"
          f"   stock {wall_b:8.4f} s ({cpu_b:8.4f} s cpu, {peak_b:5.1f} MiB)   {ratio:6.1f} times faster", flush=True)


main()
