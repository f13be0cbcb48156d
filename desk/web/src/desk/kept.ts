/** What a page keeps of its line over a reload, in this tab only: the token that takes the softphone back to its call. */
import type { IceServer } from './protocol'

export interface KeptLine {
  callId: string
  url: string
  token: string
  iceServers: IceServer[]
}

const NAME = 'hotline.line'

export function keepLine(line: KeptLine): void {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(line))
  } catch {
    // storage is switched off: a reload then ends the line
  }
}

/** The line that this tab had to a call; null when it had none, or to another call. */
export function keptLine(callId: string): KeptLine | null {
  try {
    const line = JSON.parse(sessionStorage.getItem(NAME) ?? 'null') as KeptLine | null
    return line?.callId === callId ? line : null
  } catch {
    return null
  }
}

export function forgetLine(): void {
  try {
    sessionStorage.removeItem(NAME)
  } catch {
    // see above
  }
}
