/** A parcel's whole case, and what an agent starts from it. */
import { get, post, query } from './http'
import type { CallRow, Caller, Parcel, WorkOrder } from './types'

export interface CasePromise {
  promise_id: string
  what: string
  due_at: string | null
  state: string
  agent: string
}

export interface ParcelCase {
  waybill: string
  parcel: Parcel | null
  /** Why there is no fresh trace; empty when there is. */
  trouble: string
  orders: WorkOrder[]
  calls: CallRow[]
  promises: CasePromise[]
}

export interface CallCase {
  parcels: Parcel[]
  last_calls: CallRow[]
}

export interface CallBack {
  order_id: string
  kind: string
  label: string
  call_id: string
  waybill: string | null
  caller: Caller
  intent: string | null
  opened_at: string
  due_at: string | null
  voicemail: { url: string; seconds: number } | null
}

const call = (callId: string): string => `/api/v1/calls/${encodeURIComponent(callId)}`

export const getParcelCase = (waybill: string, callId: string): Promise<ParcelCase> =>
  get(`/api/v1/parcels/${encodeURIComponent(waybill)}${query({ call_id: callId })}`)
export const getCallCase = (callId: string): Promise<CallCase> => get(`${call(callId)}/case`)
export const openOrder = (
  callId: string,
  kind: string,
  waybill: string | null,
  details: Record<string, string>,
): Promise<{ order: WorkOrder; new: boolean }> => post(`${call(callId)}/orders`, { kind, waybill, details })
export const sendLink = (callId: string, purpose: string, waybill: string): Promise<unknown> =>
  post(`${call(callId)}/links`, { purpose, waybill })
export const callBacks = async (): Promise<CallBack[]> =>
  (await get<{ callbacks: CallBack[] }>('/api/v1/callbacks')).callbacks
