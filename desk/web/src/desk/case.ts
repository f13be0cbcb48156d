/** Everything the server knows about the call on screen, read again whenever the call's events say that it changed. */
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { getCall, correctCard } from '../api/calls'
import { type CallCase, getCallCase, getParcelCase, type ParcelCase } from '../api/cases'
import type { CallDetail, Card, NamedCorrection, Parcel, WorkOrder } from '../api/types'
import { me } from '../session'
import { cardOf, complete, type Case } from './state'

// Several events come with one deed; one reading answers them all.
const SETTLE_MS = 250
const CHANGES = /^(?:work_order\.|card\.corrected|promise\.|transfer\.|call\.ended|recording\.ready|link\.)/u

/** A card with its correctors' names in place of their ids. */
export function withNames(card: Card, corrections: readonly NamedCorrection[]): Card {
  const names = new Map(corrections.map(({ by }) => [by.id, by.name]))
  if (me.value !== null) names.set(me.value.id, me.value.display)
  const corrected = Object.entries(card.corrected ?? {}).map(([field, mark]) => {
    const by = typeof mark.by === 'string' ? (names.get(mark.by) ?? mark.by) : mark.by.name
    return [field, { ...mark, by }] as const
  })
  return { ...complete(card), corrected: Object.fromEntries(corrected) }
}

export function useCase(one: Ref<Case | null>) {
  const detail = shallowRef<CallDetail | null>(null)
  const callCase = shallowRef<CallCase | null>(null)
  const parcelCase = shallowRef<ParcelCase | null>(null)
  const chosen = ref<string | null>(null)
  const revision = ref(0)
  const callId = computed(() => one.value?.call_id ?? null)
  let timer: ReturnType<typeof setTimeout> | undefined

  const card = computed<Card | null>(() => {
    const fetched = detail.value?.call_id === callId.value ? (detail.value?.card ?? null) : null
    // What was read from the server carries the corrections; the offer is there before that.
    return fetched === null ? cardOf(one.value, null) : withNames(fetched, detail.value?.corrections ?? [])
  })
  const waybill = computed(() => chosen.value ?? card.value?.waybill ?? callCase.value?.parcels[0]?.waybill ?? null)
  const parcel = computed<Parcel | null>(
    () =>
      parcelCase.value?.parcel ??
      callCase.value?.parcels.find((candidate) => candidate.waybill === waybill.value) ??
      null,
  )
  const orders = computed<WorkOrder[]>(() => parcelCase.value?.orders ?? detail.value?.work_orders ?? [])

  async function read(): Promise<void> {
    const id = callId.value
    if (id === null) return
    const [now, beside] = await Promise.all([getCall(id).catch(() => null), getCallCase(id).catch(() => null)])
    if (id !== callId.value) return
    if (now !== null) detail.value = now
    if (beside !== null) callCase.value = beside
    revision.value += 1
    await readParcel()
  }

  async function readParcel(): Promise<void> {
    const [id, number] = [callId.value, waybill.value]
    if (id === null || number === null) return
    const found = await getParcelCase(number, id).catch(() => null)
    if (found !== null && id === callId.value && number === waybill.value) parcelCase.value = found
  }

  function soon(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void read(), SETTLE_MS)
  }

  watch(
    callId,
    () => {
      detail.value = callCase.value = parcelCase.value = null
      chosen.value = null
      void read()
    },
    { immediate: true },
  )
  watch(waybill, (now, before) => {
    if (now === before) return
    parcelCase.value = null
    void readParcel()
  })
  watch(
    () => one.value?.events.filter((event) => CHANGES.test(event.type)).length ?? 0,
    (now, before) => {
      if (now > before) soon()
    },
  )

  async function correct(field: string, before: string, after: string): Promise<void> {
    const id = callId.value
    if (id === null) return
    const fresh = await correctCard(id, field, before, after)
    if (detail.value?.call_id === id) detail.value = { ...detail.value, card: fresh }
    else soon()
  }

  return { detail, callCase, parcelCase, card, waybill, parcel, orders, chosen, revision, read, correct }
}
