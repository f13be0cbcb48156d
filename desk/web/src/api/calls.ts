/** Calls: lists, one call, and what people add to it. */
import type { Category } from '../desk/wrapup'
import { get, post, query } from './http'
import type { CallDetail, CallRow, Card, Peaks, Summary } from './types'

export interface CallFilter {
  number?: string
  intent?: string
  outcome?: string
  agent?: string
  waybill?: string
  since?: string
  until?: string
}

export interface CallPage {
  calls: CallRow[]
  /** The cursor of the following page; empty at the end. */
  next: string
}

const CALLS = '/api/v1/calls'
const one = (callId: string): string => `${CALLS}/${encodeURIComponent(callId)}`

export const listCalls = (filter: CallFilter, before = '', limit = 50): Promise<CallPage> =>
  get(`${CALLS}${query({ ...filter, before, limit })}`)
export const getCall = (callId: string): Promise<CallDetail> => get(one(callId))
export const getPeaks = (url: string, buckets: number): Promise<Peaks> => get(`${url}${query({ buckets })}`)
export const addNote = (callId: string, text: string): Promise<unknown> => post(`${one(callId)}/notes`, { text })
export const correctCard = async (callId: string, field: string, before: string, after: string): Promise<Card> =>
  (await post<{ card: Card }>(`${one(callId)}/card`, { field, before, after })).card
export const sendSummary = (callId: string, note: Summary): Promise<unknown> => {
  const { category, request, result, solved, follow_up, waybill } = note
  return post(`${one(callId)}/summary`, { category, request, result, solved, follow_up, waybill })
}

let tree: Promise<Category[]> | null = null

/** The three levels of the 小结, read once. */
export function categories(): Promise<Category[]> {
  tree ??= get<{ categories: Category[] }>('/api/v1/summary-categories').then(
    ({ categories: found }) => found,
    (error: unknown) => {
      tree = null
      throw error
    },
  )
  return tree
}
