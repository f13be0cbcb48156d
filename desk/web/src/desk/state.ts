/** What the agent's screen knows, as a pure function of the messages it was sent. */
import type { Card, Envelope } from '../api/types'
import type {
  Agent,
  AgentState,
  DeskPromise,
  LiveCall,
  Offer,
  QueueNumbers,
  ServerMessage,
  Suggestion,
} from './protocol'

export interface Presence {
  state: AgentState
  reason: string
  since: string
  until: string | null
}

/** Everything about one call that was on this screen. */
export interface Case {
  call_id: string
  offer: Offer | null
  live: LiveCall | null
  events: Envelope[]
  suggestions: Suggestion[]
}

export interface DeskState {
  agent: Agent | null
  presence: Presence
  queue: QueueNumbers | null
  /** The call that rings now. */
  offer: Offer | null
  /** Why the last offer went away, until the next one comes. */
  gone: string | null
  cases: Record<string, Case>
  /** The call the screen is about: rings, is live, or was the last one. */
  focus: string | null
  promises: DeskPromise[]
}

export const EMPTY: DeskState = {
  agent: null,
  presence: { state: 'offline', reason: '', since: '', until: null },
  queue: null,
  offer: null,
  gone: null,
  cases: {},
  focus: null,
  promises: [],
}

const MAX_CASES = 6
const MAX_SUGGESTIONS = 5

/** The state after a message; messages of unknown type change nothing. */
export function reduce(state: DeskState, message: ServerMessage): DeskState {
  switch (message.type) {
    case 'hello':
      return hello(state, message)
    case 'state': {
      const { state: name, reason, since, until } = message
      return { ...state, presence: { state: name, reason, since, until: until ?? null } }
    }
    case 'queue':
      return { ...state, queue: message }
    case 'offer':
      return trimmed({
        ...withCase(state, message.call_id, (one) => ({ ...one, offer: message })),
        offer: message,
        gone: null,
        focus: message.call_id,
      })
    case 'offer.gone':
      return gone(state, message.offer_id, message.reason)
    case 'call':
      return call(state, message)
    case 'event':
      return event(state, message.event)
    case 'suggestion':
      return withCase(state, message.call_id, (one) => ({
        ...one,
        suggestions: [message, ...one.suggestions.filter((old) => old.text !== message.text)].slice(0, MAX_SUGGESTIONS),
      }))
    case 'promise':
      return { ...state, promises: [...state.promises.filter((old) => old.id !== message.id), message] }
    default:
      return state
  }
}

function hello(state: DeskState, message: Extract<ServerMessage, { type: 'hello' }>): DeskState {
  const { agent, state: name, reason, since, until, promises } = message
  // After a reconnection the offer on screen is no longer known to hold; a live one is offered again.
  const base = { ...state, agent, presence: { state: name, reason, since, until: until ?? null }, promises, offer: null }
  const next = message.calls.reduce(call, base)
  return message.offer ? reduce(next, { ...message.offer, type: 'offer' }) : next
}

function gone(state: DeskState, offerId: string, reason: string): DeskState {
  if (state.offer?.offer_id !== offerId) return state
  return { ...state, offer: null, gone: reason, focus: liveCall(state)?.call_id ?? null }
}

function call(state: DeskState, live: LiveCall): DeskState {
  const { call_id, phase, since, muted, consult } = live
  const next = withCase(state, call_id, (one) => ({ ...one, live: { call_id, phase, since, muted, consult } }))
  const answered = state.offer?.call_id === call_id && phase !== 'ringing'
  return { ...next, offer: answered ? null : next.offer, focus: phase === 'ended' ? (next.focus ?? call_id) : call_id }
}

function event(state: DeskState, envelope: Envelope): DeskState {
  return withCase(state, envelope.call_id, (one) => {
    if (one.events.some((old) => old.seq === envelope.seq)) return one
    const events = [...one.events, envelope]
    if (events.length > 1 && (events[events.length - 2]?.seq ?? 0) > envelope.seq) events.sort((a, b) => a.seq - b.seq)
    return { ...one, events }
  })
}

function withCase(state: DeskState, callId: string, change: (one: Case) => Case): DeskState {
  const one = state.cases[callId] ?? { call_id: callId, offer: null, live: null, events: [], suggestions: [] }
  return { ...state, cases: { ...state.cases, [callId]: change(one) } }
}

/** A day at the desk is a few hundred calls; only the last ones stay in the page. */
function trimmed(state: DeskState): DeskState {
  const ids = Object.keys(state.cases)
  if (ids.length <= MAX_CASES) return state
  const spare = ids.filter((id) => id !== state.focus && isOver(state.cases[id]))
  const drop = new Set(spare.slice(0, ids.length - MAX_CASES))
  return { ...state, cases: Object.fromEntries(Object.entries(state.cases).filter(([id]) => !drop.has(id))) }
}

const isOver = (one: Case | undefined): boolean => one?.live == null || one.live.phase === 'ended'

/** The call this agent is in now, or null. */
export function liveCall(state: DeskState): LiveCall | null {
  for (const one of Object.values(state.cases)) {
    if (one.live === null || one.live.phase === 'ended') continue
    // A call that rings without an offer was dialled here: it can be hung up before anybody answers.
    if (one.live.phase !== 'ringing' || one.offer === null) return one.live
  }
  return null
}

/** The card of a call with its corrections laid over it. */
export function cardOf(one: Case | null, fetched: Card | null): Card | null {
  const asked = one?.events.findLast((entry) => entry.type === 'transfer.requested')?.data['card']
  const card = one?.offer?.card ?? fetched ?? (asked as Card | undefined) ?? null
  return card === null ? null : complete(card)
}

/** A card as it should be: lists may be missing or hold plain sentences when an older process wrote it. */
export function complete(card: Partial<Card>): Card {
  const lines = (value: unknown, label: string): Card['notes'] =>
    (Array.isArray(value) ? value : []).map((entry) =>
      typeof entry === 'object' && entry !== null
        ? { label, turn: null, confidence: null, text: '', ...entry }
        : { label, text: String(entry), turn: null, confidence: null },
    )
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return {
    request: text(card.request),
    processes: lines(card.processes, '已触发'),
    notes: lines(card.notes, '补充信息'),
    trace: lines(card.trace, '轨迹'),
    promises: lines(card.promises, '已承诺'),
    unconfirmed: lines(card.unconfirmed, '未确认项'),
    next_steps: Array.isArray(card.next_steps) ? card.next_steps.map(String) : [],
    emotion: text(card.emotion),
    identity: text(card.identity),
    intent: text(card.intent),
    waybill: typeof card.waybill === 'string' ? card.waybill : null,
    whisper: text(card.whisper),
    line: text(card.line),
    corrected: card.corrected ?? {},
  }
}
