/** Who is signed in on this page. */
import { computed, readonly, ref } from 'vue'
import * as api from './api/session'
import { ApiError, whenSignedOut } from './api/http'
import type { Account } from './api/types'

const account = ref<Account | null>(null)
let known = false

whenSignedOut(() => {
  account.value = null
})

export const me = readonly(account)
export const leads = computed(() => account.value?.role === 'supervisor' || account.value?.role === 'admin')
export const administers = computed(() => account.value?.role === 'admin')
/** Operations have lists and figures, but no place on the floor. */
export const takesCalls = computed(() => account.value !== null && account.value.role !== 'operations')

/** Ask the server once who we are; null when nobody is signed in. */
export async function restore(): Promise<Account | null> {
  if (!known) {
    account.value = (await api.options()).account
    known = true
  }
  return account.value
}

/** Ask again after the server refused something; a session that is over signs this page out. */
export async function recheck(): Promise<void> {
  try {
    account.value = await api.whoAmI()
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) account.value = null
  }
}

export async function signIn(name: string, password: string, framed = false): Promise<Account> {
  account.value = await api.signIn(name, password, framed)
  known = true
  return account.value
}

export async function changePassword(old: string, fresh: string): Promise<void> {
  account.value = await api.changePassword(old, fresh)
}

export async function signOut(): Promise<void> {
  await api.signOut().catch(() => undefined)
  account.value = null
}
