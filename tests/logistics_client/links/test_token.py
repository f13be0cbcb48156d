"""Tokens: short, ours, refused when changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_client.links import (
    TokenSigner,
)


def test_a_token_is_short_and_names_its_link() -> None:
    signer = TokenSigner(["NEW", "OLD"])
    link_id = signer.new_id()
    assert len(signer.token(link_id)) == 20
    assert signer.link_id(signer.token(link_id)) == link_id
    assert signer.link_id(TokenSigner(["OLD"]).token(link_id)) == link_id
    assert signer.link_id(TokenSigner(["OTHER"]).token(link_id)) is None


@given(st.text(max_size=40))
def test_no_text_is_a_token_by_chance(text: str) -> None:
    assert TokenSigner(["KEY"]).link_id(text) is None


@given(st.integers(0, 19), st.characters(codec="ascii"))
def test_a_changed_token_is_refused(place: int, char: str) -> None:
    signer = TokenSigner(["KEY"])
    token = signer.token("AAAAbbbbCCCC")
    changed = token[:place] + char + token[place + 1 :]
    assert (signer.link_id(changed) is not None) == (changed == token)


@pytest.mark.parametrize("keys", [[], [""]])
def test_no_key_no_token(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="SECRET_KEY"):
        TokenSigner(keys)
