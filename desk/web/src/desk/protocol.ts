/** The agent's WebSocket, both directions, as docs/desk.md words it. */
import type { Caller, Card, Envelope } from '../api/types'

export type AgentState = 'offline' | 'idle' | 'busy' | 'rest' | 'ringing' | 'talking' | 'acw'
export type ChosenState = 'idle' | 'busy' | 'rest'
export type Phase = 'ringing' | 'whisper' | 'talking' | 'held' | 'consulting' | 'conference' | 'ended'

export interface Agent {
  id: string
  name: string
  role: string
  skills: string[]
}

export interface IceServer {
  urls: string | string[]
  username?: string
  credential?: string
}

export interface Media {
  url: string
  ticket: string
  ice_servers: IceServer[]
}

export interface Offer {
  offer_id: string
  call_id: string
  ring_s: number
  wait_s: number
  last_agent: boolean
  caller: Caller
  called: string
  hotline: string
  card: Card
  media: Media | null
  /** A page of another system about this call; its host was checked by the server. */
  pop_url?: string
}

export interface LiveCall {
  call_id: string
  phase: Phase
  since: string
  muted: boolean
  /** Who is asked for a second opinion; `agent` is their account, empty while nobody rings. */
  consult: { target: string; phase: string; agent?: string } | null
}

export interface QueueNumbers {
  waiting: number
  longest_s: number
  idle: number
  talking: number
  acw: number
  rest: number
  busy: number
}

export type PromiseState = 'offered' | 'made' | 'due_soon' | 'missed' | 'kept'

export interface DeskPromise {
  id: string
  call_id: string
  waybill: string | null
  what: string
  due_at: string | null
  state: PromiseState
}

export interface Suggestion {
  call_id: string
  text: string
  action: string
  turn: number | null
}

/** What was asked is done; listening in and calling out also bring the softphone's ticket. */
export interface Done {
  type: 'done'
  request?: string | null
  stance?: Stance
  call_id?: string
  media?: Media
}

export type ServerMessage =
  | ({
      type: 'hello'
      agent: Agent
      state: AgentState
      reason: string
      since: string
      until?: string | null
      calls: LiveCall[]
      promises: DeskPromise[]
      /** The call that rings for this agent, when the page was reloaded meanwhile. */
      offer?: Offer | null
    })
  | { type: 'state'; state: AgentState; reason: string; since: string; until: string | null }
  | ({ type: 'queue' } & QueueNumbers)
  | ({ type: 'offer' } & Offer)
  | { type: 'offer.gone'; offer_id: string; reason: string }
  | ({ type: 'call' } & LiveCall)
  | { type: 'event'; event: Envelope }
  | ({ type: 'suggestion' } & Suggestion)
  | ({ type: 'promise' } & DeskPromise)
  | { type: 'error'; error: string; request?: string | null }
  | Done
  | { type: 'pong' }

export type CallVerb =
  | 'hold'
  | 'resume'
  | 'mute'
  | 'unmute'
  | 'hangup'
  | 'to_bot'
  | 'confer'
  | 'hand_on'
  | 'drop_consult'
  | 'leave'

export type Stance = 'listen' | 'whisper' | 'join'
export type Decision = 'made' | 'kept' | 'dropped'

/** Whom to ring: a number, or somebody of a parcel or call whose number this role does not see. */
export type DialTarget =
  | { number: string }
  | { waybill: string; to: 'caller' | 'courier' | 'outlet' }
  | { call_id: string; to: 'caller' }

export type PageMessage =
  | { type: 'state'; state: ChosenState; reason: string }
  | { type: 'accept' | 'decline'; offer_id: string }
  | { type: CallVerb; call_id: string }
  | { type: 'keys'; call_id: string; digits: string }
  | { type: 'consult' | 'transfer'; call_id: string; target: string }
  | { type: 'supervise'; call_id: string; stance: Stance }
  | ({ type: 'dial' } & DialTarget)
  | { type: 'acw'; extend?: boolean; finish?: boolean }
  | { type: 'promise'; id: string; decision: Decision; due_at?: string; what?: string }
  | { type: 'ping' }
