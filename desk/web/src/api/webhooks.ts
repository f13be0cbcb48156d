/** Webhooks: where events are sent, and how that went. */
import { get, post, request } from './http'

export interface Webhook {
  webhook_id: string
  url: string
  types: string[]
  active: boolean
  created_at: string
}

export interface Delivery {
  id: number
  event_id: string
  type: string
  state: 'pending' | 'sent' | 'dead'
  attempts: number
  next_at: string
  status: number | null
  error: string | null
  created_at: string
  sent_at: string | null
}

const HOOKS = '/api/v1/webhooks'
const one = (id: string): string => `${HOOKS}/${encodeURIComponent(id)}`

export const webhooks = async (): Promise<Webhook[]> => (await get<{ webhooks: Webhook[] }>(HOOKS)).webhooks
export const createWebhook = (url: string, types: string[]): Promise<{ webhook_id: string; secret: string }> =>
  post(HOOKS, { url, types })
export const changeWebhook = (id: string, change: { active: boolean }): Promise<unknown> => request('PATCH', one(id), change)
export const deleteWebhook = (id: string): Promise<unknown> => request('DELETE', one(id))
export const testWebhook = (id: string): Promise<unknown> => post(`${one(id)}/test`)
export const retryDelivery = (id: string, delivery: number): Promise<unknown> =>
  post(`${one(id)}/deliveries/${delivery}/retry`)
export const deliveries = async (id: string): Promise<Delivery[]> =>
  (await get<{ deliveries: Delivery[] }>(`${one(id)}/deliveries`)).deliveries
