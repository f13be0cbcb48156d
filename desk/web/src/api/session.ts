/** Signing in and out. */
import type { Account } from './types'
import { get, post, request } from './http'

export interface SignInOptions {
  password: boolean
  oidc: { name: string; url: string } | null
  /** Who is signed in already; asking for oneself would be refused when nobody is. */
  account: Account | null
}

interface Signed {
  account: Account
}

const PATH = '/api/v1/session'

export const options = (): Promise<SignInOptions> => get(`${PATH}/options`)
export const whoAmI = async (): Promise<Account> => (await get<Signed>(PATH)).account
export const signIn = async (name: string, password: string, framed: boolean): Promise<Account> =>
  (await post<Signed>(PATH, { name, password, framed })).account
export const signOut = (): Promise<unknown> => request('DELETE', PATH)
export const changePassword = async (old: string, fresh: string): Promise<Account> =>
  (await post<Signed>(`${PATH}/password`, { old, new: fresh })).account
