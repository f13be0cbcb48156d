/** The agent's softphone: one connection per call, devices that outlive calls, and what the top bar says about it. */
import { reactive, readonly } from 'vue'
import { connect, devices, type Device, type MediaProblem, type Softphone } from '../../../pages/shared/softphone.js'
import { forgetLine, keepLine, keptLine } from './kept'
import { openMicrophone } from './microphone'
import type { Media } from './protocol'

export type PhoneStatus = 'off' | 'checking' | 'ready' | 'connecting' | 'connected' | 'broken' | 'refused' | 'telephone'

interface PhoneState {
  status: PhoneStatus
  /** What is wrong and what to do about it; empty when nothing is. */
  problem: string
  microphones: Device[]
  speakers: Device[]
  microphone: string
  speaker: string
  /** Set when the browser wants a click before it plays sound. */
  blocked: boolean
}

const KEPT = 'hotline.devices'

const state = reactive<PhoneState>({
  status: 'off',
  problem: '',
  microphones: [],
  speakers: [],
  microphone: '',
  speaker: '',
  blocked: false,
})

export const phoneState = readonly(state)

const words = (problem: MediaProblem): string => `${problem.message}。${problem.remedy}`

class DeskPhone {
  private line: Softphone | null = null
  private callId = ''
  private generation = 0

  /** Look for devices and ask once for the microphone, so that a call never waits for that. */
  async check(): Promise<void> {
    if (this.line !== null) return
    state.status = 'checking'
    try {
      await openMicrophone(state.microphone)
      if (this.line === null) {
        state.problem = ''
        state.status = 'ready'
      }
    } catch (error) {
      state.problem = error instanceof Error ? error.message : '麦克风不可用'
      state.status = 'refused'
    }
    const found = await devices()
    state.microphones = found.inputs.filter((one) => one.deviceId !== '')
    state.speakers = found.outputs.filter((one) => one.deviceId !== '')
    this.recall()
  }

  /** Agents with a desk telephone have their sound there. */
  useTelephone(): void {
    state.status = 'telephone'
    state.problem = ''
  }

  /** Connect to a call with this offer's one-time ticket. */
  open(callId: string, media: Media): void {
    if (state.status === 'telephone' || (this.line !== null && this.callId === callId)) return
    this.close()
    this.connect(callId, media)
  }

  /** Take the line back that this tab had before it was loaded again; false when it had none to this call. */
  resume(callId: string): boolean {
    if (state.status === 'telephone') return false
    if (this.line !== null) return this.callId === callId
    const kept = keptLine(callId)
    if (kept === null) return false
    this.connect(callId, { url: kept.url, ticket: '', ice_servers: kept.iceServers }, kept.token)
    return true
  }

  private connect(callId: string, media: Media, token = ''): void {
    this.callId = callId
    state.status = 'connecting'
    this.generation += 1
    const mine = this.generation
    this.line = connect({
      mediaUrl: media.url,
      ticket: media.ticket,
      resume: token,
      iceServers: media.ice_servers,
      input: state.microphone,
      output: state.speaker,
      onState: (now, detail) => {
        // The first states come before connect() returns; a line that was closed has nothing more to say.
        if (mine === this.generation) this.follow(now, detail)
      },
      onMessage: (message) => {
        if (message.type !== 'resume' || mine !== this.generation) return
        keepLine({ callId, url: media.url, token: String(message['token']), iceServers: media.ice_servers })
      },
      onBlocked: () => {
        state.blocked = true
      },
      onProblem: (problem) => {
        state.problem = words(problem)
      },
    })
  }

  private follow(now: Softphone['state'], detail: string | MediaProblem | undefined): void {
    switch (now) {
      case 'asking':
      case 'connecting':
        state.status = 'connecting'
        break
      case 'connected':
        state.status = 'connected'
        state.problem = ''
        break
      case 'lost':
        state.status = 'broken'
        break
      case 'failed':
        state.status = 'refused'
        state.problem = typeof detail === 'object' ? words(detail) : '音频没有接通'
        this.line = null
        forgetLine()
        break
      case 'ended':
        state.status = 'ready'
        this.line = null
        forgetLine()
        break
      default:
    }
  }

  mute(muted: boolean): void {
    this.line?.mute(muted)
  }

  /** Play what the browser held back; called from a click. */
  unblock(): void {
    state.blocked = false
    void this.line?.audio.play()
  }

  levels(): { input: number; output: number } {
    return this.line?.levels() ?? { input: 0, output: 0 }
  }

  close(): void {
    const line = this.line
    this.line = null
    this.generation += 1
    state.blocked = false
    if (line === null) return
    forgetLine()
    line.hangup()
    if (state.status !== 'refused') state.status = 'ready'
  }

  async useMicrophone(deviceId: string): Promise<void> {
    try {
      await this.line?.setInput(deviceId)
      state.microphone = deviceId
      state.problem = ''
      this.keep()
    } catch (error) {
      state.problem = error instanceof Error ? error.message : '麦克风不可用'
    }
  }

  async useSpeaker(deviceId: string): Promise<void> {
    if ((await this.line?.setOutput(deviceId)) === false) {
      state.problem = '这个浏览器不能选择扬声器,请在系统设置里选择'
      return
    }
    state.speaker = deviceId
    this.keep()
  }

  private keep(): void {
    localStorage.setItem(KEPT, JSON.stringify([state.microphone, state.speaker]))
  }

  private recall(): void {
    try {
      const [microphone, speaker] = JSON.parse(localStorage.getItem(KEPT) ?? '[]') as [string?, string?]
      if (state.microphones.some((one) => one.deviceId === microphone)) state.microphone = microphone ?? ''
      if (state.speakers.some((one) => one.deviceId === speaker)) state.speaker = speaker ?? ''
    } catch {
      localStorage.removeItem(KEPT)
    }
  }
}

export const phone = new DeskPhone()
