/** What the hotline's interface sends, field by field (docs/desk.md). Times are ISO 8601 with a zone, lengths are named. */

export type Role = 'agent' | 'supervisor' | 'operations' | 'admin'

export interface Account {
  id: string
  /** What one signs in with. */
  name: string
  /** What colleagues see. */
  display: string
  role: Role
  skills: string[]
  /** `browser`, or the SIP URI of a desk telephone. */
  device: string
  must_change: boolean
  disabled: boolean
}

export interface Caller {
  masked: string
  place?: string | null
  class?: string | null
  role?: string | null
}

export interface CardLine {
  label: string
  text: string
  turn: number | null
  confidence: number | null
}

/** The hand-over card; every text in it comes from a caller or a carrier and is shown as text only. */
export interface Card {
  request: string
  processes: CardLine[]
  notes: CardLine[]
  trace: CardLine[]
  promises: CardLine[]
  emotion: string
  unconfirmed: CardLine[]
  next_steps: string[]
  identity: string
  intent: string
  waybill: string | null
  whisper: string
  line: string
  /** What agents changed, by field (`request`, `notes.0`); `before` is what the hotline had understood. */
  corrected?: Record<string, Correction>
}

export interface Person {
  id: string
  name: string
}

export interface Correction {
  before: string
  after: string
  by: Person | string
  at: string
}

export type Speaker = 'caller' | 'bot' | 'agent'

export interface Word {
  text: string
  start_ms: number
  end_ms: number
}

export interface Turn {
  seq: number
  who: Speaker
  text: string
  start_ms: number | null
  end_ms: number | null
  words?: Word[]
  confidence?: number | null
  interrupted?: boolean
  /** Number of the caller's turn that card lines point to. */
  turn?: number | null
  at?: string | null
}

export interface Envelope {
  id: number
  time: string
  call_id: string
  called: string
  seq: number
  version: number
  type: string
  data: Record<string, unknown>
}

export interface WorkOrder {
  order_id: string
  kind: string
  /** Chinese name of the kind. */
  label?: string
  status: string
  waybill?: string | null
  opened_at?: string | null
  /** What was promised, by when, and how that stands (`made`, `kept`, `missed`). */
  what?: string | null
  due_at?: string | null
  promise?: string | null
  owner?: string | null
  outcome?: string | null
  by?: string | null
  call_id?: string | null
}

export interface TraceEvent {
  at: string
  stage: string
  text: string
  site: string | null
  city: string | null
}

export interface RouteLeg {
  origin: string
  destination: string
  line: string | null
  departs_at: string | null
  arrives_at: string | null
}

export interface Parcel {
  waybill: string
  carrier: string
  stage: string
  events: TraceEvent[]
  goods: string | null
  perishable: boolean
  insured: boolean | null
  origin_city: string | null
  dest_city: string | null
  address_note: string | null
  outlet: { name: string; phone: string | null; opens: string | null; closes: string | null } | null
  courier: { name: string; phone: string | null } | null
  route: RouteLeg[]
  expected_by: string | null
  next_move_at: string | null
  hold_cause: string | null
  stale: boolean
}

export interface TransferAttempt {
  at: string
  agent: Person | null
  outcome: string
  seconds: number | null
  waited_s: number | null
}

export interface NamedCorrection extends Correction {
  field: string
  by: Person
}

export interface Note {
  at: string
  by: Person
  text: string
}

/** 小结 as it is written after a call; the server fills the first draft from the card. */
export interface Summary {
  draft?: boolean
  category: string[]
  request: string
  result: string
  solved: boolean | null
  follow_up: boolean
  waybill: string | null
}

export type Outcome = 'contained' | 'transferred' | 'abandoned' | 'failed' | 'live'

export interface CallRow {
  call_id: string
  started_at: string
  seconds: number | null
  caller: Caller
  called: string
  hotline: string
  intent: string | null
  outcome: Outcome
  agent: Person | null
  emotion: string | null
  waybill?: string | null
  recorded?: boolean
  summarised?: boolean
}

export interface CallDetail extends CallRow {
  card: Card | null
  turns: Turn[]
  work_orders: WorkOrder[]
  transfers: TransferAttempt[]
  events: Envelope[]
  notes: Note[]
  corrections: NamedCorrection[]
  summary: Summary | null
  recording: { url: string; seconds: number; peaks_url: string } | null
}

export interface Peaks {
  rate: number
  seconds: number
  caller: number[]
  heard: number[]
}
