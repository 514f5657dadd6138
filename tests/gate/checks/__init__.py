"""The fast checks of the locks: small statements about one thing each, that fail when its lock is off.

They are plain functions over the attacked newsroom (most need nothing of it), called as tests by `test_locks`
and by `locks` under each mutation. Where they reach for something private, a second lock stands before it.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.gate.checks import changing, outside, rules, seals
from tests.gate.world import World

Check = Callable[[World], None]

CHECKS: tuple[Check, ...] = (
    rules.the_gate_gives_each_his_level,
    rules.an_entry_holds_what_its_level_gives,
    rules.a_kill_slip_is_for_partners,
    rules.a_life_shows_what_its_facts_say,
    rules.an_item_stands_where_a_feed_takes_it,
    rules.an_excerpt_stays_within_its_limits,
    seals.no_format_writes_above_the_level,
    seals.only_what_was_signed_is_a_token,
    seals.a_log_line_is_redacted,
    seals.a_seal_holds,
    seals.a_stale_excerpt_is_none,
    outside.answers_carry_their_headers,
    outside.a_fault_tells_the_visitor_nothing,
    outside.below_full_no_sealed_column_is_read,
    outside.every_text_has_its_receipt,
    outside.the_unseen_is_unknown,
    changing.what_happens_counts_at_once,
    changing.a_feed_edit_before_the_first_look_counts,
    changing.a_kill_during_the_receipt_wins,
    changing.what_is_taken_from_a_company_is_gone_at_once,
    changing.the_unseen_moves_nothing,
    changing.what_nobody_is_told_of_leaves_no_trace,
    outside.figures_are_for_the_key,
    outside.only_who_signs_now_pushes,
    outside.bad_credentials_are_refused,
    outside.nobody_finds_more_than_is_his,
)
"""The cheaper first: under a mutation the first that fails is named."""
