/** The widget's words to the page that holds it, by postMessage; only named origins are heard and told. */
import { accept, choose, decline, act, toggleHold } from './store'
import type { ServerMessage } from './protocol'

/** What the widget tells. Never the transcript, never a whole number. */
export type Told =
  | { type: 'cti.ready'; version: 1 }
  | { type: 'agent.state'; state: string; reason: string }
  | { type: 'call.ringing'; call_id: string; caller: string; request: string; waybill: string | null; intent: string }
  | { type: 'call.answered' | 'call.ended'; call_id: string }
  | { type: 'call.gone'; reason: string }
  | { type: 'cti.result'; id: string; ok: boolean }

const COMMANDS = ['answer', 'decline', 'hangup', 'hold', 'setState'] as const

/** What a page may ask; `id` comes back in `cti.result`. */
export interface Asked {
  type: 'cti.command'
  id: string
  command: (typeof COMMANDS)[number]
  state?: string
  reason?: string
}

/** A command when the data is one, else null: anybody may post anything. */
export function readCommand(data: unknown): Asked | null {
  if (typeof data !== 'object' || data === null) return null
  const { type, id, command, state, reason } = data as Record<string, unknown>
  if (type !== 'cti.command' || typeof id !== 'string' || id.length > 64) return null
  const known = COMMANDS.find((one) => one === command)
  if (known === undefined) return null
  return {
    type,
    id,
    command: known,
    ...(typeof state === 'string' ? { state } : {}),
    ...(typeof reason === 'string' ? { reason: reason.slice(0, 40) } : {}),
  }
}

/** What a desk message means to the page outside; null for what stays inside. `answered` holds calls told before. */
export function toldOf(message: ServerMessage, answered: Set<string>): Told | null {
  switch (message.type) {
    case 'state':
    case 'hello':
      return { type: 'agent.state', state: message.state, reason: message.reason }
    case 'offer': {
      const { call_id, caller, card } = message
      return { type: 'call.ringing', call_id, caller: caller.masked, request: card.request, waybill: card.waybill, intent: card.intent }
    }
    case 'offer.gone':
      return { type: 'call.gone', reason: message.reason }
    case 'call':
      if (message.phase === 'ended') {
        answered.delete(message.call_id)
        return { type: 'call.ended', call_id: message.call_id }
      }
      if (message.phase === 'ringing' || answered.has(message.call_id)) return null
      answered.add(message.call_id)
      return { type: 'call.answered', call_id: message.call_id }
    default:
      return null
  }
}

async function obey(asked: Asked): Promise<boolean> {
  switch (asked.command) {
    case 'answer':
      return accept()
    case 'decline':
      return decline()
    case 'hangup':
      return act('hangup')
    case 'hold':
      return toggleHold()
    case 'setState':
      if (asked.state !== 'idle' && asked.state !== 'busy' && asked.state !== 'rest') return false
      return choose(asked.state, asked.reason ?? '')
  }
}

export interface Bridge {
  tell: (message: Told) => void
  close: () => void
}

/** Speak with the page around this frame when its origin is one of `origins`. */
export function bridge(origins: readonly string[]): Bridge {
  let outside: string | null = null

  function tell(message: Told): void {
    // Before the page has spoken nobody knows which of the listed origins it is: each is addressed exactly.
    for (const origin of outside === null ? origins : [outside]) window.parent.postMessage(message, origin)
  }

  async function hear({ data, origin, source }: MessageEvent<unknown>): Promise<void> {
    if (source !== window.parent || !origins.includes(origin)) return
    const asked = readCommand(data)
    if (asked === null) return
    outside = origin
    tell({ type: 'cti.result', id: asked.id, ok: await obey(asked) })
  }

  const listener = (event: MessageEvent<unknown>): void => void hear(event)
  window.addEventListener('message', listener)
  return {
    tell,
    close: () => {
      window.removeEventListener('message', listener)
    },
  }
}
