/** The one desk of this page: state from the socket, the softphone, the ring, and what an agent may do. */
import { ElMessage } from 'element-plus'
import { computed, readonly, ref, shallowRef, type ShallowRef } from 'vue'
import { sentence } from '../api/http'
import { clock } from '../format/time'
import { GONE, word } from '../format/words'
import { phone } from './phone'
import type { CallVerb, ChosenState, Decision, DialTarget, Done, Offer, PageMessage, ServerMessage, Stance } from './protocol'
import { recheck } from '../session'
import { Ringer } from './ringer'
import { DeskSocket, deskUrl, type Link } from './socket'
import { type Case, type DeskState, EMPTY, liveCall, reduce } from './state'

const state = shallowRef(EMPTY)
const link = ref<Link>('connecting')
const ringer = new Ringer()
const supervised = ref<{ call_id: string; stance: Stance } | null>(null)
const listeners = new Set<(message: ServerMessage) => void>()
let socket: DeskSocket | null = null

export const desk: Readonly<ShallowRef<DeskState>> = state
export const deskLink = readonly(link)
/** The call that this supervisor listens to. */
export const supervision = readonly(supervised)
export const focused = computed<Case | null>(() =>
  state.value.focus === null ? null : (state.value.cases[state.value.focus] ?? null),
)
/** The agent's own call; one that a supervisor only listens to is not steered from the call bar. */
export const live = computed(() => {
  const call = liveCall(state.value)
  return call !== null && call.call_id === supervised.value?.call_id ? null : call
})

/** Hear every message as it comes, for the embedded widget. Returns how to stop. */
export function listen(listener: (message: ServerMessage) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Sign in at the floor; does nothing when that was done before. */
export function attend(): void {
  if (socket !== null) return
  socket = new DeskSocket(deskUrl(location), {
    message: receive,
    link: (now) => {
      link.value = now
      if (now === 'refused') void recheck()
    },
  })
  socket.connect()
}

/** Leave the floor. */
export function leave(): void {
  socket?.close()
  socket = null
  ringer.stop()
  phone.close()
  state.value = EMPTY
}

function receive(message: ServerMessage): void {
  const before = state.value
  state.value = reduce(before, message)
  for (const listener of listeners) listener(message)
  switch (message.type) {
    case 'offer':
      ring(message)
      break
    case 'offer.gone':
      if (before.offer?.offer_id === message.offer_id) {
        ringer.stop()
        if (live.value === null) phone.close()
        if (message.reason !== 'declined') ElMessage.info(word(GONE, message.reason))
      }
      break
    case 'call':
      if (message.phase !== 'ringing') ringer.stop()
      if (message.phase !== 'ended') break
      if (supervised.value?.call_id === message.call_id) supervised.value = null
      if (live.value === null && supervised.value === null) phone.close()
      break
    case 'promise':
      if (message.state === 'due_soon') ringer.notify('承诺快到时间', message.what)
      if (message.state === 'missed') ringer.notify('承诺已超时', message.what)
      break
    case 'error':
      ElMessage.error(message.error)
      break
    case 'hello':
      ringer.stop()
      if (message.offer) ring(message.offer)
      // After a reload the sound comes back within the seconds that the call keeps it.
      else if (live.value !== null) phone.resume(live.value.call_id)
      break
    default:
  }
}

/** Never a script address, whatever the server was told. */
export const isHttps = (url: string): boolean => url.startsWith('https://')

function ring(offer: Offer): void {
  ringer.start(offer.caller.masked, offer.card.request)
  // Connected while it rings, so that accepting only opens the gates.
  if (offer.media !== null && !phone.resume(offer.call_id)) phone.open(offer.call_id, offer.media)
  // One window for all calls; a browser that blocks it leaves the link on the screen.
  if (offer.pop_url !== undefined && isHttps(offer.pop_url)) window.open(offer.pop_url, 'hotline-pop')
}

/** Ask the server; a refusal is shown and gives null. */
async function ask(message: PageMessage): Promise<Done | null> {
  try {
    if (socket === null) throw new Error('还没有连接服务器')
    return await socket.ask(message)
  } catch (error) {
    ElMessage.error(sentence(error))
    return null
  }
}

const attempt = async (message: PageMessage): Promise<boolean> => (await ask(message)) !== null

export async function accept(): Promise<boolean> {
  const offer = state.value.offer
  if (offer === null) return false
  ringer.stop()
  return attempt({ type: 'accept', offer_id: offer.offer_id })
}

export async function decline(): Promise<boolean> {
  const offer = state.value.offer
  if (offer === null) return false
  ringer.stop()
  return attempt({ type: 'decline', offer_id: offer.offer_id })
}

export async function choose(next: ChosenState, reason = ''): Promise<boolean> {
  ringer.unlock()
  return attempt({ type: 'state', state: next, reason })
}

export const wrapUp = (step: 'extend' | 'finish'): Promise<boolean> => attempt({ type: 'acw', [step]: true })

export async function act(verb: CallVerb): Promise<boolean> {
  const call = live.value
  if (call === null) return false
  return attempt({ type: verb, call_id: call.call_id })
}

/** Muting happens in the browser first: silence must not wait for the network. */
export async function toggleMute(): Promise<boolean> {
  const call = live.value
  if (call === null) return false
  const muted = !call.muted
  phone.mute(muted)
  return act(muted ? 'mute' : 'unmute')
}

/** While a colleague is consulted the caller is on hold already, and taken back by ending that. */
export async function toggleHold(): Promise<boolean> {
  if (live.value === null || live.value.phase === 'consulting') return false
  return act(live.value.phase === 'held' ? 'resume' : 'hold')
}

export async function pressKeys(digits: string): Promise<boolean> {
  const call = live.value
  if (call === null || digits === '') return false
  return attempt({ type: 'keys', call_id: call.call_id, digits })
}

export async function toTarget(how: 'consult' | 'transfer', target: string): Promise<boolean> {
  const call = live.value
  if (call === null || target === '') return false
  return attempt({ type: how, call_id: call.call_id, target })
}

/** Listen to a call, whisper to its agent or join it; the sound comes over this page's softphone. */
export async function supervise(callId: string, stance: Stance): Promise<boolean> {
  const done = await ask({ type: 'supervise', call_id: callId, stance })
  if (done === null) return false
  supervised.value = { call_id: callId, stance }
  if (done.media) phone.open(callId, done.media)
  return true
}

/** Stop listening in. */
export async function stepOut(): Promise<void> {
  const call = supervised.value
  if (call === null) return
  await attempt({ type: 'leave', call_id: call.call_id })
  supervised.value = null
  phone.close()
}

/** Call somebody: this page's own sound is connected first, then the other telephone rings. */
export async function dial(target: DialTarget): Promise<boolean> {
  ringer.unlock()
  const done = await ask({ type: 'dial', ...target })
  if (done === null) return false
  if (done.media && done.call_id) phone.open(done.call_id, done.media)
  return true
}

export const decide = (id: string, decision: Decision, dueAt?: string): Promise<boolean> =>
  attempt({ type: 'promise', id, decision, ...(dueAt === undefined ? {} : { due_at: dueAt }) })

/** Clear the last call, or the note about a call that went away, from the screen. */
export function dismiss(): void {
  state.value = { ...state.value, gone: null, focus: live.value?.call_id ?? state.value.offer?.call_id ?? null }
}

export const tryRing = (): void => {
  ringer.unlock()
  ringer.test()
}

/** How long the call has lasted, as a clock. */
export const callClock = (since: string, now: number): string => clock((now - Date.parse(since)) / 1000)
