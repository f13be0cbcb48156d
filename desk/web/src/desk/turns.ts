/** Turns read out of ledger events: the words of a call while it runs and after it. */
import type { Envelope, Speaker, Turn } from '../api/types'

const SPEAKER: Record<string, Speaker> = { 'turn.caller': 'caller', 'turn.bot': 'bot', 'turn.agent': 'agent' }

const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)

/** The turn that an event carries, or null when it carries none. */
export function turnOf(event: Envelope): Turn | null {
  const who = SPEAKER[event.type]
  const text = event.data['text']
  if (who === undefined || typeof text !== 'string' || text === '') return null
  return {
    seq: event.seq,
    who,
    text,
    start_ms: number(event.data['start_ms']),
    end_ms: number(event.data['end_ms']),
    confidence: number(event.data['confidence']),
    interrupted: event.data['interrupted'] === true,
    turn: number(event.data['turn']),
    at: event.time,
  }
}

/** Turns of a call in the order they were heard; events may arrive twice or late. */
export function turnsOf(events: readonly Envelope[]): Turn[] {
  const bySeq = new Map<number, Turn>()
  for (const event of events) {
    const turn = turnOf(event)
    if (turn !== null) bySeq.set(turn.seq, turn)
  }
  return inOrder([...bySeq.values()])
}

/**
 * Turns in the order in which they began. A turn is written down when it is over, so that a short 「嗯」 stands in the
 * ledger before the long sentence it was said into; what has no time stays behind its predecessor.
 */
export function inOrder(turns: readonly Turn[]): Turn[] {
  let last = 0
  const timed = [...turns]
    .sort((a, b) => a.seq - b.seq)
    .map((turn) => {
      last = turn.start_ms ?? last
      return { turn, at: last }
    })
  return timed.sort((a, b) => a.at - b.at || a.turn.seq - b.turn.seq).map(({ turn }) => turn)
}

/** Index of the turn that sounds at `ms`; the last begun one, -1 before the first. */
export function turnAt(turns: readonly Turn[], ms: number): number {
  let found = -1
  turns.forEach((turn, index) => {
    if (turn.start_ms !== null && turn.start_ms <= ms) found = index
  })
  return found
}

/** The turn a card line points to: the caller's n-th turn. */
export function turnOfLine(turns: readonly Turn[], line: number | null): Turn | null {
  if (line === null || line <= 0) return null
  const numbered = turns.find((turn) => turn.who === 'caller' && turn.turn === line)
  return numbered ?? turns.filter((turn) => turn.who === 'caller')[line - 1] ?? null
}
