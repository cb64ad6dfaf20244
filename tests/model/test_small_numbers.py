"""Numbers of few people are not shown, and no sum gives them away."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ikw.model.small_numbers import SMALLEST, hidden, is_safe


@pytest.mark.parametrize(
    ("numbers", "gone"),
    [
        ([], []),
        ([0, 0], []),
        ([12, 7, 30], []),
        # The next smallest goes as well, or the sum would say that it was three.
        ([3, 7, 30], [0, 1]),
        ([1, 2, 30, 40], [0, 1, 2]),
        ([4, 4, 30], [0, 1]),
        ([0, 3, 30], [1, 2]),
        # Nothing else is left: the sum goes, too.
        ([3], [0]),
        ([1, 1], [0, 1]),
    ],
)
def test_small_numbers_go_and_the_next_smallest_with_them(
    numbers: list[int], gone: list[int]
) -> None:
    assert sorted(hidden(numbers)) == gone


@settings(deadline=None)
@given(st.lists(st.integers(0, 7), max_size=5))
def test_whoever_subtracts_never_learns_a_small_number(numbers: list[int]) -> None:
    gone = sorted(hidden(numbers))
    shown = [number for n, number in enumerate(numbers) if n not in gone]
    assert all(number == 0 or number >= SMALLEST for number in shown)
    if not gone or not is_safe([numbers[n] for n in gone]):
        # Nothing is missing, or the sum is not shown either.
        return
    left = sum(numbers) - sum(shown)
    could_be = [
        guess for guess in product(range(1, left + 1), repeat=len(gone)) if sum(guess) == left
    ]
    for position in range(len(gone)):
        assert len({guess[position] for guess in could_be}) > 1
