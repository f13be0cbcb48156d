"""Leaving the path by REFER with Replaces, between telephones in two more processes."""

import pytest

from telephony.sip import BaresipCall

from .conftest import CALL_TESTS, Line, closed
from .peer import PeerProcess

pytestmark = CALL_TESTS
PCMA = "pcma/8000/1"


@pytest.mark.parametrize("follows", [True, False], ids=["a telephone that follows REFER", "one that refuses it"])
async def test_a_caller_is_handed_over_or_stays_with_us(line: Line, follows: bool) -> None:
    async with PeerProcess(PCMA, follow_refer=follows) as customer, PeerProcess(PCMA) as agent:
        answering = line.answer_next()
        await customer.ask("dial", uri=line.udp.replace("sip:", "sip:95000@"), number="13800138000")
        inbound = await answering
        outbound = await line.endpoint.dial(agent.uris[0].partition(";")[0].replace("sip:", "sip:agent@"))
        await agent.ask("talking")
        assert isinstance(outbound, BaresipCall)
        assert await inbound.transfer_to(outbound) is follows
        if follows:
            assert await closed(inbound) == "transferred"
            assert await closed(outbound) in ("transferred", "remote_hangup")
        else:
            assert not inbound.closed.done()
            assert not outbound.closed.done()
            await outbound.hangup()
            await inbound.hangup()
