"""Names of the wording entries that the engine and the scenes say; a test keeps this list equal to the code.

A folder that lacks one of them is refused at start, so that no call ever ends in a missing sentence.
"""

from __future__ import annotations

REQUIRED = frozenset(
    """
ask.fallback bridge.back change.address_opened change.address_terms change.how change.link_sent
change.new_address change.owner_only change.read_back change.terms change.time_opened change.time_terms
change.too_late change.when claim.link_sent claim.offer claim.opened claim.owner_only claim.rule
complaint.opened complaint.person complaint.what confirm.code confirm.missing confirm.right confirm.sent
confirm.spent confirm.wrong confirm.wrong_out connect.back connect.closed connect.connecting connect.meanwhile
connect.lost connect.no_answer connect.offer_call connect.offer_courier connect.offer_outlet connect.opened
connect.still_calling connect.unreachable contact.courier contact.courier_phone contact.none contact.offer_call
contact.opened contact.outlet contact.outlet_phone customs.link_sent customs.missing customs.not_there
customs.opened customs.return_first damage.keep damage.link_sent damage.opened dispute.frozen doorstep.early
doorstep.opened either.ask escalate.authority escalate.safety escalate.sorry fee.meanwhile fee.opened
followup.closed followup.escalated followup.none followup.person followup.result followup.solved followup.sorry
fraud.good fraud.paid fraud.parcel fraud.police fraud.warning goodbye.plain goodbye.reopened goodbye.survey
helper.terms home.ask home.more identify.away identify.carrier_tail identify.first identify.link_sent
identify.many identify.no_proof identify.none identify.number identify.number_keys identify.offer
identify.offer_link identify.proof identify.proof_again identify.read_back identify.tail identify.typed
identify.typing identify.which intercept.link_sent intercept.opened intercept.owner_only intercept.refuse
intercept.terms intercept.too_late keys.too_few keys.unknown knowledge.answer knowledge.unknown link.failed
locker.code locker.code_not_yours locker.code_sent locker.none locker.place locker.place_since locker.redeliver
locker.resend lost.last lost.link_sent lost.opened lost.still_moving manners.calm manners.calm_person
manners.hold manners.no_recording manners.please manners.slower menu.choice merchant.choice merchant.hello
merchant.hello_plain merchant.list_sent merchant.opened nobody.busy nobody.call_back nobody.call_back_at
nobody.choice nobody.choice_wait nobody.closed nobody.closed_until nobody.failed nobody.message
nobody.message_left nobody.unreachable number.again number.go_on number.more number.more_or_tail number.where
opening.away opening.blocked opening.bulletin opening.greeting opening.offer opening.resumed
opening.resumed_plain opening.short_way opening.standing opening.standing_overdue opening.standing_result
order.failed order.opened order.overdue order.promised order.running order.running_promise order.standing
outlet.hours outlet.hours_and_phone outlet.phone outside.scope perishable.late perishable.opened
perishable.photos person.back person.connecting person.on_call person.sorry person.still_calling pickup.how
pickup.opened pickup.waiting queue.again queue.meanwhile queue.next queue.offer queue.place queue.place_and_wait
queue.stay queue.unknown queue.wait remark.noted signed.at signed.no_photo signed.not_signed signed.opened
signed.opened_sender signed.photo_not_yours signed.photo_sent staff.choice staff.hello staff.message
stuck.no_cause stuck.opened stuck.outlet track.expected track.last track.next track.no_eta track.nothing
track.offer_claim track.offer_damage track.offer_hub track.offer_perishable track.offer_search track.offer_urge
track.received track.stage track.stage_expected track.stale track.where track.why track.why_and_next
trouble.deaf trouble.keys trouble.keys_digits trouble.nobody_there trouble.noise trouble.pardon trouble.silence
trouble.silence_digits trouble.silence_keys trouble.still_checking urge.opened urge.signed urge.too_early
wrong_item.keep wrong_item.opened
""".split()  # noqa: SIM905  # a list of two hundred quoted words is harder to read and to merge
)
