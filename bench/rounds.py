"""Servers and a class of query -> how fast each answers, after a look at whether it answers right."""

import math
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median

import pyoxigraph as ox

import load
from answers import meaning, media_type, reference
from classes import QueryClass, numbered, texts, warm
from peers import Peer
from table import Cell

_COMPARED = 3
_ENGINE_MS = 300
# Each connection gets so many answers in a round, even of the slowest server, if a round may take so long.
_ANSWERS = 3
# A server that answers one query at a time has one round, and none that would take longer than this.
_PATIENCE_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure: a round takes `seconds`, or up to `most_seconds` where answers are slow."""

    connections: Sequence[int]
    seconds: int
    most_seconds: int
    rounds: int
    modes: Sequence[str]


class Bench:
    """Servers that hold the same as a store."""

    def __init__(self, running: Sequence[Peer], store: ox.Store, place: Path) -> None:
        self._peers, self._store, self._place = running, store, place
        # Servers that a query has kept busy for too long, and which one.
        self._out: dict[str, str] = {}
        # Texts are numbered; no number is used in two rounds.
        self._numbers = count(0, 1_000_000)

    def measure(self, query: QueryClass, plan: Plan) -> Iterator[Cell]:
        """One class, in every mode, at every number of connections."""
        cold = texts(query, self._store)
        able, notes = self._compare(query, cold)
        engine_ms = self._engine_ms(cold)
        for mode in plan.modes:
            file = self._place / f"requests.{mode}"
            load.write_requests(cold if mode == "cold" else warm(cold), file)
            for connections in plan.connections:
                none: dict[str, list[load.Load]] = {peer.name: [] for peer in self._peers}
                cell = Cell(query.name, mode, connections, engine_ms, none, dict(notes))
                for turn in range(plan.rounds):
                    self._round(cell, turn, file, media_type(query), able, plan)
                yield cell

    def _compare(self, query: QueryClass, cold: Sequence[str]) -> tuple[dict[Peer, float], dict[str, str]]:
        """Ask a few queries of every server.

        :return: for those that answer as the engine does in this process, the seconds that they took; for
            others, why not.  Another answer ends the benchmark.
        """
        asked = [numbered(text, next(self._numbers)) for text in cold[:_COMPARED]]
        right = [meaning(query, reference(self._store, text)) for text in asked]
        able, notes = {}, dict(self._out)
        for peer in self._peers:
            if peer.name in self._out:
                continue
            took = []
            try:
                for text, expected in zip(asked, right, strict=True):
                    begin = time.perf_counter()
                    content = peer.ask(text, media_type(query))
                    took.append(time.perf_counter() - begin)
                    if meaning(query, content) != expected:
                        raise SystemExit(f"{query.name}: {peer.name} answers another thing to\n{text}")
            except OSError as error:
                notes[peer.name] = str(error)
                if not peer.settle():
                    self._out[peer.name] = f"busy since {query.name}"
            else:
                able[peer] = max(took)
        return able, notes

    def _engine_ms(self, cold: Sequence[str]) -> float:
        found: list[float] = []
        while len(found) < _COMPARED or sum(found) < _ENGINE_MS:
            text = numbered(cold[len(found) % len(cold)], next(self._numbers))
            begin = time.process_time()
            reference(self._store, text)
            found.append((time.process_time() - begin) * 1e3)
        return median(found)

    def _round(
        self, cell: Cell, turn: int, file: Path, accept: str, able: Mapping[Peer, float], plan: Plan
    ) -> None:
        number = next(self._numbers)
        at_once = min(cell.connections, os.cpu_count() or 1)
        slowest = max((took for peer, took in able.items() if not peer.serial), default=0.0)
        needed = _ANSWERS * cell.connections * slowest / at_once
        # Who comes first changes, so that none always follows the same one.
        peers = [*able]
        first = turn % max(1, len(peers))
        for peer in peers[first:] + peers[:first]:
            seconds = max(plan.seconds, min(math.ceil(needed), plan.most_seconds))
            if peer.serial:
                seconds = max(plan.seconds, math.ceil(_ANSWERS * cell.connections * able[peer]))
                if seconds > _PATIENCE_SECONDS:
                    cell.notes[peer.name] = f"one takes {able[peer]:.2g} s"
                if turn or seconds > _PATIENCE_SECONDS:
                    continue
            done = load.put_load(peer, file, accept, number, cell.connections, seconds)
            cell.rounds[peer.name].append(done)
