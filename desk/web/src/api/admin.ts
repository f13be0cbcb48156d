/** Accounts, API keys and webhooks: what administrators do. */
import type { Account, Role } from './types'
import { get, post, request } from './http'

export interface ApiKey {
  prefix: string
  name: string
  role: Role
  created_at: string
  used_at: string | null
  revoked_at: string | null
}

export interface NewAccount {
  name: string
  display: string
  role: Role
  skills: string[]
  device: string
}

export interface AuditRow {
  id: number
  at: string
  who: string
  what: string
  target: string
  data: Record<string, unknown>
}

const V1 = '/api/v1'
const id = encodeURIComponent

export const accounts = async (): Promise<Account[]> =>
  (await get<{ accounts: Account[] }>(`${V1}/accounts`)).accounts
export const createAccount = (account: NewAccount): Promise<{ account: Account; one_time_password: string }> =>
  post(`${V1}/accounts`, account)
export const changeAccount = (
  accountId: string,
  change: Partial<Pick<Account, 'display' | 'role' | 'skills' | 'device' | 'disabled'>>,
): Promise<{ account: Account }> => request('PATCH', `${V1}/accounts/${id(accountId)}`, change)
export const resetPassword = (accountId: string): Promise<{ one_time_password: string }> =>
  post(`${V1}/accounts/${id(accountId)}/reset-password`)
export const signOutAccount = (accountId: string): Promise<unknown> => post(`${V1}/accounts/${id(accountId)}/sign-out`)

export const apiKeys = async (): Promise<ApiKey[]> => (await get<{ api_keys: ApiKey[] }>(`${V1}/api-keys`)).api_keys
export const createApiKey = (name: string, role: Role): Promise<{ prefix: string; key: string }> =>
  post(`${V1}/api-keys`, { name, role })
export const revokeApiKey = (prefix: string): Promise<unknown> => request('DELETE', `${V1}/api-keys/${id(prefix)}`)
export const audit = async (limit: number): Promise<AuditRow[]> =>
  (await get<{ audit: AuditRow[] }>(`${V1}/audit?limit=${limit}`)).audit
