"""A layered layout for a graph: rows from the inputs down to the result, few crossings.

The method is that of Sugiyama, Tagawa and Toda (1981): give every block a row, lead each link that
passes a row through a place of its own in it, order the rows by the mean place of what they are
linked to, and move the blocks sideways until the links are as straight as they can be. No link can
run through a block, since between two rows there are none and in a row it has its own place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from math import ceil
from typing import Final

_SWEEPS: Final = 12
_SHARES: Final = (1.0, 0.8, 0.65, 0.5, 0.35)  # of the width that blocks may fill, tried in turn
_APART: Final = 0.18  # inches between blocks in a row
_HIGHEST: Final = 11.0  # inches of a column
_MOST_COLUMNS: Final = 3
_TRACK: Final = 0.08  # inches between links that lead to the next column
_LANE: Final = 0.08  # inches that a passing link fills in a row
_STRAIGHT: Final = 6.0  # how much more a passing link wants to be straight than another one


@dataclass(frozen=True)
class Block:
    """Something to place.

    Attributes:
        width: in inches.
        height: in inches.
        exits: how far from its left side each link that leaves it at the bottom begins.
        entries: how far from its left side each link that reaches it at the top ends.
    """

    width: float
    height: float
    exits: tuple[float, ...]
    entries: tuple[float, ...] = ()


@dataclass(frozen=True)
class Link:
    """A line from an exit of one block to an entry of another, later one."""

    source: int
    out: int
    target: int
    into: int


Point = tuple[float, float]


@dataclass(frozen=True)
class Plan:
    """Where everything goes.

    Attributes:
        corners: the left upper corner of each block.
        routes: for each link the points that it passes; from one to the next it runs straight down
            if they lie above each other and in a curve if they do not.
        width: of everything, in inches.
        height: of everything, in inches.
    """

    corners: list[Point]
    routes: list[list[Point]]
    width: float
    height: float


@dataclass
class _Place:
    """A block, or the passage of a link, in its row."""

    row: int
    width: float
    exits: tuple[float, ...]
    entries: tuple[float, ...]
    block: int | None
    x: float = 0.0
    above: list[tuple[int, int, int]] = field(default_factory=list)  # place, its exit, own entry
    below: list[tuple[int, int, int]] = field(default_factory=list)  # place, its entry, own exit


def lay_out(blocks: Sequence[Block], links: Sequence[Link], widest: float) -> Plan:
    """Finds a place for each block and a way for each link.

    Args:
        blocks: in an order in which every link leads from an earlier to a later one.
        links: between them.
        widest: how wide a row should become at most, in inches; a block that does not fit is put
            into an earlier row.

    Returns:
        The plan; its left upper corner is (0, 0).
    """
    plans = []
    for share in _SHARES:  # what is put into earlier rows needs lanes in those that it passes
        rows = _rows(blocks, links, widest * share)
        places, visits = _places(blocks, links, rows)
        _straighten(places, _order(places, 1 + max(rows)))
        plans.append(_plan(blocks, links, places, visits, widest))
        if plans[-1].width <= widest:
            break
    return min(plans, key=lambda plan: plan.width)


def _rows(blocks: Sequence[Block], links: Sequence[Link], widest: float) -> list[int]:
    """The row of each block: just above what it leads to, or higher if that row is full."""
    depth = [0] * len(blocks)
    filled: dict[int, float] = {}
    leads: dict[int, list[int]] = {}
    for link in links:
        leads.setdefault(link.source, []).append(link.target)
    for number in reversed(range(len(blocks))):
        mine = 1 + max((depth[target] for target in leads.get(number, [])), default=-1)
        width = blocks[number].width + _APART
        while filled.get(mine) and filled[mine] + width > widest:
            mine += 1
        filled[mine] = filled.get(mine, 0.0) + width
        depth[number] = mine
    # A row may have been skipped by everything.
    used = {old: new for new, old in enumerate(sorted(set(depth), reverse=True))}
    return [used[mine] for mine in depth]


def _places(
    blocks: Sequence[Block], links: Sequence[Link], rows: Sequence[int]
) -> tuple[list[_Place], list[list[int]]]:
    """All places, and for each link those that it visits from its source to its target."""
    places = [
        _Place(row, block.width, block.exits, block.entries, number)
        for number, (block, row) in enumerate(zip(blocks, rows, strict=True))
    ]
    passages: dict[tuple[int, int, int], int] = {}
    joined: set[tuple[int, int]] = set()
    visits = []
    for link in links:
        here, out, way = link.source, link.out, [link.source]
        for row in range(rows[link.source] + 1, rows[link.target]):
            # Links from one exit share their way until they part.
            key = (link.source, link.out, row)
            if key not in passages:
                passages[key] = len(places)
                places.append(_Place(row, _LANE, (_LANE / 2,), (_LANE / 2,), None))
            there = passages[key]
            if (here, there) not in joined:
                joined.add((here, there))
                _join(places, here, out, there, 0)
            here, out = there, 0
            way.append(there)
        _join(places, here, out, link.target, link.into)
        visits.append([*way, link.target])
    return places, visits


def _join(places: list[_Place], source: int, out: int, target: int, into: int) -> None:
    places[source].below.append((target, into, out))
    places[target].above.append((source, out, into))


# Order


def _order(places: list[_Place], rows: int) -> list[list[int]]:
    """The places of each row from left to right, with few crossings."""
    order: list[list[int]] = [[] for _ in range(rows)]
    for number in _first_seen(places):
        order[places[number].row].append(number)
    best, fewest = order, _crossings(places, order)
    for sweep in range(_SWEEPS):
        order = [list(row) for row in order]
        downwards = sweep % 2 == 0
        for row in range(rows) if downwards else reversed(range(rows)):
            _sort_row(places, order, row, downwards=downwards)
        _swap_neighbours(places, order)
        found = _crossings(places, order)
        if found < fewest:
            best, fewest = order, found
    return best


def _first_seen(places: list[_Place]) -> list[int]:
    """All places in the order in which a walk up from the result meets them."""
    seen: dict[int, None] = {}
    ends = [number for number, place in enumerate(places) if not place.below]
    waiting = ends[::-1]
    while waiting:
        number = waiting.pop()
        if number in seen:
            continue
        seen[number] = None
        above = sorted(places[number].above, key=lambda link: link[2])
        waiting += [source for source, _, _ in reversed(above)]
    return list(seen)


def _ranks(order: list[list[int]]) -> dict[int, int]:
    return {number: rank for row in order for rank, number in enumerate(row)}


def _sort_row(places: list[_Place], order: list[list[int]], row: int, *, downwards: bool) -> None:
    """Sorts a row by the mean place of what each of its places is linked to."""
    rank = _ranks(order)

    def centre(number: int) -> float:
        place = places[number]
        ends = [
            rank[other] + _share(places[other], port, out=downwards)
            for other, port, _ in (place.above if downwards else place.below)
        ]
        return sum(ends) / len(ends) if ends else float(rank[number])

    order[row].sort(key=centre)


def _share(place: _Place, port: int, *, out: bool) -> float:
    """Where along its width a place has a port: 0 left, 1 right."""
    offset = (place.exits if out else place.entries)[port]
    return offset / place.width if place.width else 0.5


def _swap_neighbours(places: list[_Place], order: list[list[int]]) -> None:
    """Swaps neighbours as long as that makes fewer crossings."""
    for row in order:
        for left in range(len(row) - 1):
            before = _crossings_at(places, order, row)
            row[left], row[left + 1] = row[left + 1], row[left]
            if _crossings_at(places, order, row) >= before:
                row[left], row[left + 1] = row[left + 1], row[left]


def _crossings_at(places: list[_Place], order: list[list[int]], row: list[int]) -> int:
    rank = _ranks(order)
    here = _ends(places, row, rank)
    above = {source for number in row for source, _, _ in places[number].above}
    return _inversions(here) + _inversions(_ends(places, above, rank))


def _crossings(places: list[_Place], order: list[list[int]]) -> int:
    rank = _ranks(order)
    return sum(_inversions(_ends(places, row, rank)) for row in order)


def _ends(
    places: list[_Place], numbers: Iterable[int], rank: dict[int, int]
) -> list[tuple[float, float]]:
    """Where the links below some places begin and end, counted in places from the left."""
    return [
        (
            rank[number] + _share(places[number], out, out=True),
            rank[target] + _share(places[target], into, out=False),
        )
        for number in numbers
        for target, into, out in places[number].below
    ]


def _inversions(ends: list[tuple[float, float]]) -> int:
    return sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(ends, 2))


# Coordinates


def _straighten(places: list[_Place], order: list[list[int]]) -> None:
    """Moves the places of each row sideways, in their order, until the links are straight."""
    for row in order:
        x = 0.0
        for number in row:
            places[number].x = x
            x += places[number].width + _APART
    for sweep in range(4 * _SWEEPS):
        last = sweep >= 4 * _SWEEPS - 2
        for row in order if sweep % 2 == 0 else reversed(order):
            wanted, weights = [], []
            for number in row:
                goals = _goals(
                    places, number, up=sweep % 2 == 0 or last, down=sweep % 2 == 1 or last
                )
                weight = sum(w for _, w in goals)
                wanted.append(sum(x * w for x, w in goals) / weight if goals else places[number].x)
                weights.append(weight if goals else 0.01)
            gaps = [_gap(places[a], places[b]) for a, b in pairwise(row)]
            for number, x in zip(row, _apart(wanted, weights, gaps), strict=True):
                places[number].x = x


def _gap(one: _Place, other: _Place) -> float:
    """How far apart the left sides of two neighbours must be."""
    return one.width + _APART * (0.6 if one.block is None and other.block is None else 1.0)


def _goals(places: list[_Place], number: int, *, up: bool, down: bool) -> list[tuple[float, float]]:
    """Where the left side should be for each link to be straight, and how much that counts."""
    place = places[number]
    goals = []
    if up:
        for other, out, into in place.above:
            there = places[other]
            goals.append((there.x + there.exits[out] - place.entries[into], _pull(there, place)))
    if down:
        for other, into, out in place.below:
            there = places[other]
            goals.append((there.x + there.entries[into] - place.exits[out], _pull(place, there)))
    return goals


def _pull(source: _Place, target: _Place) -> float:
    """How much a link wants to be straight: passing ones most, those from an input least."""
    passing = (source.block is None) + (target.block is None)
    return (4.0 if source.entries else 1.0, 2.0, _STRAIGHT)[passing]


def _apart(wanted: list[float], weights: list[float], gaps: list[float]) -> list[float]:
    """The places nearest to the wanted ones that keep order and gaps (pool adjacent violators)."""
    shifts = [0.0]
    for gap in gaps:
        shifts.append(shifts[-1] + gap)
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for x, weight, shift in zip(wanted, weights, shifts, strict=True):
        pool = (x - shift, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            mean, heavy, count = pools.pop()
            total = heavy + pool[1]
            pool = ((mean * heavy + pool[0] * pool[1]) / total, total, count + pool[2])
        pools.append(pool)
    found = [mean for mean, _, count in pools for _ in range(count)]
    return [x + shift for x, shift in zip(found, shifts, strict=True)]


def _plan(
    blocks: Sequence[Block],
    links: Sequence[Link],
    places: list[_Place],
    visits: list[list[int]],
    widest: float,
) -> Plan:
    left = min(place.x for place in places)
    for place in places:
        place.x -= left
    tops, bottoms = _heights(blocks, places)
    corners = [
        (places[number].x, bottoms[places[number].row] - block.height)
        for number, block in enumerate(blocks)
    ]
    routes = []
    for link, way in zip(links, visits, strict=True):
        source, target = places[link.source], places[link.target]
        route = [(source.x + source.exits[link.out], bottoms[source.row])]
        for passed in way[1:-1]:
            place = places[passed]
            x = place.x + place.exits[0]
            route += [(x, tops[place.row]), (x, bottoms[place.row])]
        x = target.x + target.entries[link.into]
        route += [(x, tops[target.row]), (x, corners[link.target][1])]
        routes.append(route)
    width = max(place.x + place.width for place in places)
    return _folded(Plan(corners, routes, width, bottoms[-1]), blocks, bottoms, widest)


def _heights(blocks: Sequence[Block], places: list[_Place]) -> tuple[list[float], list[float]]:
    """The upper and the lower end of each row; the more a link runs sideways the more room it has."""
    rows = 1 + max(place.row for place in places)
    tops, bottoms = [], []
    y = 0.0
    for row in range(rows):
        tops.append(y)
        y += max(
            blocks[place.block].height
            for place in places
            if place.row == row and place.block is not None
        )
        bottoms.append(y)
        runs = [
            abs(place.x + place.exits[out] - places[other].x - places[other].entries[into])
            for place in places
            if place.row == row
            for other, into, out in place.below
        ]
        y += min(0.18 + 0.08 * max(runs, default=0.0), 0.6)
    return tops, bottoms


# Columns


def _folded(plan: Plan, blocks: Sequence[Block], bottoms: Sequence[float], widest: float) -> Plan:
    """A plan that is too high, continued in further columns if they fit beside each other.

    Args:
        plan: one column.
        blocks: what is in it.
        bottoms: where its rows end.
        widest: what all columns together may fill.

    Returns:
        The new plan, or the old one. A link goes from the foot of a column to the head of the next.
    """
    count = min(ceil(plan.height / _HIGHEST), _MOST_COLUMNS)
    goals = [plan.height * number / count for number in range(1, count)]
    cuts = [next(bottom for bottom in bottoms if bottom >= goal) for goal in goals]
    cuts = sorted(set(cuts) - {bottoms[-1]})
    if not cuts:
        return plan

    def column(y: float) -> int:
        return sum(y > cut + 1e-6 for cut in cuts)

    members: list[list[Point]] = [[] for _ in range(len(cuts) + 1)]
    for (x, y), block in zip(plan.corners, blocks, strict=True):
        members[column(y + block.height)] += [(x, y), (x + block.width, y + block.height)]
    crossing: list[set[Point]] = [set() for _ in cuts]
    for route in plan.routes:
        for point, following in pairwise(route):
            if column(point[1]) != column(following[1]):
                crossing[column(point[1])].add(point)
        for point in route:
            members[column(point[1])].append(point)
    lanes = [{point: n for n, point in enumerate(sorted(points))} for points in crossing]
    shifts: list[Point] = []
    right = 0.0
    for number, points in enumerate(members):
        head = 0.1 + _TRACK * len(lanes[number - 1]) if number else 0.0
        gap = 0.3 + _TRACK * len(lanes[number - 1]) if number else 0.0
        shifts.append((right + gap - min(x for x, _ in points), head - min(y for _, y in points)))
        right = max(x for x, _ in points) + shifts[-1][0]
    if right > widest:
        return plan
    foot = [max(y for _, y in points) + dy for points, (_, dy) in zip(members, shifts, strict=True)]

    def moved(point: Point) -> Point:
        dx, dy = shifts[column(point[1])]
        return point[0] + dx, point[1] + dy

    corners = []
    for (x, y), block in zip(plan.corners, blocks, strict=True):
        dx, dy = shifts[column(y + block.height)]
        corners.append((x + dx, y + dy))
    routes = []
    for route in plan.routes:
        led = [moved(route[0])]
        for point, following in pairwise(route):
            here = column(point[1])
            if here != column(following[1]):
                # The links keep their order: what is leftmost goes deepest, and right of the others.
                track = lanes[here][point]
                turn = _TRACK * (len(lanes[here]) - 1 - track)
                low = foot[here] + 0.1 + turn
                between = max(x for x, _ in members[here]) + shifts[here][0] + 0.12 + turn
                high = moved(following)[1] - 0.08 - _TRACK * track
                led += [(led[-1][0], low), (between, low), (between, high)]
                led.append((moved(following)[0], high))
            led.append(moved(following))
        routes.append(led)
    deepest = [0.1 + _TRACK * len(points) for points in lanes] + [0.0]
    height = max(y + extra for y, extra in zip(foot, deepest, strict=True))
    return Plan(corners, routes, right, height)
