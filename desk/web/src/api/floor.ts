/** Who is at a desk and who waits, for dialogs and the wall. */
import type { AgentState, ChosenState } from '../desk/protocol'
import { get, post } from './http'

export interface Seat {
  id: string
  name: string
  role: string
  skills: string[]
  state: AgentState
  reason: string
  since: string
  call_id: string | null
}

export interface Waiting {
  call_id: string
  position: number
  skill: string
  since: string
  request: string
  fresh: boolean
  elderly: boolean
  missed_promises: number
  /** Whether somebody's telephone rings for this caller now. */
  offered: unknown
}

export const agents = async (): Promise<Seat[]> => (await get<{ agents: Seat[] }>('/api/v1/agents')).agents
export const queue = async (): Promise<Waiting[]> => (await get<{ queue: Waiting[] }>('/api/v1/queue')).queue
export const forceState = (agentId: string, state: ChosenState): Promise<unknown> =>
  post(`/api/v1/agents/${encodeURIComponent(agentId)}/state`, { state, reason: '班长设置' })
