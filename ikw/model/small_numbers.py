"""Which numbers of people are too small to be shown to those who know the town.

As official statistics do it (section 16 BStatG): small cells are left out, and as many others as
are needed so that no sum gives them away.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

#: The smallest number of people that says nothing of one of them.
SMALLEST = 5


def hidden(numbers: Sequence[int], also: Collection[int] = ()) -> set[int]:
    """Return the positions of the numbers that are not to be shown beside their sum.

    All below five but 0, and those in `also`; then the next smallest, until the hidden ones are
    two or more, together at least five, and not one each. Where nothing is left to hide, the
    sum has to go.
    """
    gone = {n for n, number in enumerate(numbers) if 0 < number < SMALLEST or n in also}
    rest = sorted(
        (n for n, number in enumerate(numbers) if number and n not in gone),
        key=lambda n: (numbers[n], n),
    )
    while gone and not is_safe([numbers[n] for n in gone]) and rest:
        gone.add(rest.pop(0))
    return gone


def is_safe(numbers: Collection[int]) -> bool:
    """Whether numbers that are not shown stay unknown to whoever knows their sum."""
    if not numbers:
        return True
    # As many as there are cells: then each of them is one.
    return len(numbers) > 1 and sum(numbers) >= SMALLEST and sum(numbers) > len(numbers)
