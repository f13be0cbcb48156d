import { describe, expect, it } from 'vitest'
import type { Envelope } from '../src/api/types'
import { complete, EMPTY, liveCall, reduce, cardOf, type DeskState } from '../src/desk/state'
import type { LiveCall, Offer, ServerMessage } from '../src/desk/protocol'
import { inOrder, turnAt, turnOfLine, turnsOf } from '../src/desk/turns'

const offer = (id: string): Offer => ({
  offer_id: `o-${id}`,
  call_id: id,
  ring_s: 20,
  wait_s: 3,
  last_agent: false,
  caller: { masked: '138****8000' },
  called: '95000',
  hotline: 'main',
  card: complete({ request: `诉求 ${id}` }),
  media: null,
})
const call = (id: string, phase: LiveCall['phase']): ServerMessage => ({
  type: 'call', call_id: id, phase, since: '2026-11-22T15:00:00+08:00', muted: false, consult: null,
})
const event = (seq: number, type: string, data: Record<string, unknown>, id = 'c-1'): Envelope => ({
  id: seq, seq, type, data, time: '2026-11-22T15:00:00+08:00', call_id: id, called: '95000', version: 1,
})
const after = (...messages: ServerMessage[]): DeskState => messages.reduce(reduce, EMPTY)

describe('the screen', () => {
  it('shows an offer until it is answered, and then the call', () => {
    const ringing = after({ type: 'offer', ...offer('c-1') })
    expect(ringing.offer?.call_id).toBe('c-1')
    const answered = reduce(ringing, call('c-1', 'talking'))
    expect(answered.offer).toBeNull()
    expect(answered.focus).toBe('c-1')
    expect(liveCall(answered)?.phase).toBe('talking')
  })

  it('keeps a call that ended on the screen for its note', () => {
    const ended = after({ type: 'offer', ...offer('c-1') }, call('c-1', 'talking'), call('c-1', 'ended'))
    expect(ended.focus).toBe('c-1')
    expect(liveCall(ended)).toBeNull()
  })

  it('shows a call that was dialled here while it rings, so that it can be hung up', () => {
    expect(liveCall(after(call('c-out', 'ringing')))?.call_id).toBe('c-out')
    expect(liveCall(after({ type: 'offer', ...offer('c-1') }, call('c-1', 'ringing')))).toBeNull()
  })

  it('forgets an offer only when that very offer goes', () => {
    const ringing = after({ type: 'offer', ...offer('c-1') })
    expect(reduce(ringing, { type: 'offer.gone', offer_id: 'o-other', reason: 'taken' }).offer).not.toBeNull()
    const gone = reduce(ringing, { type: 'offer.gone', offer_id: 'o-c-1', reason: 'taken' })
    expect([gone.offer, gone.focus, gone.gone]).toEqual([null, null, 'taken'])
  })

  it('takes an event once, however often it is told', () => {
    const told = event(4, 'turn.caller', { text: '你好' })
    const state = after({ type: 'event', event: told }, { type: 'event', event: told })
    expect(state.cases['c-1']?.events).toHaveLength(1)
  })

  it('does not grow over a day of calls, and never drops a live one', () => {
    let state = after({ type: 'offer', ...offer('c-live') }, call('c-live', 'talking'))
    for (let at = 0; at < 30; at += 1) state = reduce(state, { type: 'offer', ...offer(`c-${at}`) })
    expect(Object.keys(state.cases).length).toBeLessThanOrEqual(7)
    expect(state.cases['c-live']?.live?.phase).toBe('talking')
  })

  it('takes the newest state of a promise', () => {
    const promise = { type: 'promise', id: 'p', call_id: 'c-1', waybill: null, what: '回电', due_at: null } as const
    const state = after({ ...promise, state: 'offered' }, { ...promise, state: 'kept' })
    expect(state.promises.map((one) => one.state)).toEqual(['kept'])
  })

  it('reads an old card of plain sentences', () => {
    const asked = event(1, 'transfer.requested', { card: { request: '催派', notes: ['老小区'], next_steps: ['核对'] } })
    const state = after({ type: 'event', event: asked })
    const card = cardOf(state.cases['c-1'] ?? null, null)
    expect(card?.notes[0]).toMatchObject({ text: '老小区', label: '补充信息' })
    expect(card?.waybill).toBeNull()
  })
})

describe('turns', () => {
  const events = [
    event(1, 'turn.bot', { text: '您好', start_ms: 0, end_ms: 900 }),
    event(2, 'turn.caller', { text: '嗯', start_ms: 2500, end_ms: 2700, turn: 1 }),
    event(3, 'turn.bot', { text: '请说单号', start_ms: 1000, end_ms: 3000 }),
    event(4, 'intent', { intents: ['track'] }),
    event(5, 'turn.caller', { text: '六三八六', start_ms: 4000, end_ms: 6000, turn: 2 }),
  ]

  it('stand in the order in which they began', () => {
    expect(turnsOf(events).map((turn) => turn.text)).toEqual(['您好', '请说单号', '嗯', '六三八六'])
    expect(inOrder([])).toEqual([])
  })

  it('are found by the time of the recording and by a line of the card', () => {
    const turns = turnsOf(events)
    expect([turnAt(turns, -1), turnAt(turns, 1200), turnAt(turns, 99_999)]).toEqual([-1, 1, 3])
    expect(turnOfLine(turns, 2)?.text).toBe('六三八六')
    expect(turnOfLine(turns, 0)).toBeNull()
  })
})
