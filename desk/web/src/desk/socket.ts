/** The agent's WebSocket: reconnects by itself, pairs questions with answers, keeps the line warm. */
import type { Done, PageMessage, ServerMessage } from './protocol'

/** `refused`: the server does not let this page in, or no longer; whoever listens should ask for the session. */
export type Link = 'connecting' | 'open' | 'lost' | 'refused'

export interface SocketHooks {
  message: (message: ServerMessage) => void
  link: (link: Link) => void
}

const PING_MS = 15_000
const ANSWER_MS = 8_000
const FIRST_RETRY_MS = 400
const LONGEST_RETRY_MS = 8_000
// The session is over: a new attempt cannot mend that.
const SESSION_OVER = 4401

interface Waiting {
  resolve: (done: Done) => void
  reject: (error: Error) => void
  timer: ReturnType<typeof setTimeout>
}

export class DeskSocket {
  private socket: WebSocket | null = null
  private readonly waiting = new Map<string, Waiting>()
  private retry = FIRST_RETRY_MS
  private again: ReturnType<typeof setTimeout> | null = null
  private pinger: ReturnType<typeof setInterval> | null = null
  private asked = 0
  private closed = false
  private opened = false

  constructor(
    private readonly url: string,
    private readonly hooks: SocketHooks,
  ) {}

  connect(): void {
    this.closed = false
    this.hooks.link('connecting')
    const socket = new WebSocket(this.url)
    this.socket = socket
    this.opened = false
    socket.onopen = () => {
      this.opened = true
      this.retry = FIRST_RETRY_MS
      this.hooks.link('open')
      this.pinger = setInterval(() => this.post({ type: 'ping' }), PING_MS)
    }
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string') this.receive(data)
    }
    socket.onclose = ({ code }) => {
      this.ended(code)
    }
  }

  close(): void {
    this.closed = true
    if (this.again !== null) clearTimeout(this.again)
    this.socket?.close(1000)
  }

  /** Send without waiting for an answer; false when there is no line. */
  post(message: PageMessage, request?: string): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false
    this.socket.send(JSON.stringify(request === undefined ? message : { ...message, request }))
    return true
  }

  /** Send and wait for `done`; an `error` rejects with its sentence. */
  ask(message: PageMessage): Promise<Done> {
    this.asked += 1
    const request = `r${this.asked}`
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(request)
        reject(new Error('服务器没有回应,请再试一次'))
      }, ANSWER_MS)
      this.waiting.set(request, { resolve, reject, timer })
      if (!this.post(message, request)) this.settle(request, new Error('与服务器的连接断开了,正在重连'))
    })
  }

  private receive(text: string): void {
    let message: ServerMessage
    try {
      message = JSON.parse(text) as ServerMessage
    } catch {
      return
    }
    if ((message.type === 'done' || message.type === 'error') && typeof message.request === 'string') {
      this.settle(message.request, message.type === 'error' ? new Error(message.error) : message)
      return
    }
    this.hooks.message(message)
  }

  private settle(request: string, answer: Error | Done): void {
    const waiting = this.waiting.get(request)
    if (waiting === undefined) return
    this.waiting.delete(request)
    clearTimeout(waiting.timer)
    if (answer instanceof Error) waiting.reject(answer)
    else waiting.resolve(answer)
  }

  private ended(code: number): void {
    if (this.pinger !== null) clearInterval(this.pinger)
    for (const request of [...this.waiting.keys()]) this.settle(request, new Error('与服务器的连接断开了,正在重连'))
    if (this.closed) return
    if (code === SESSION_OVER) {
      this.hooks.link('refused')
      return
    }
    // A handshake that was refused and a server that restarts look the same to a page.
    this.hooks.link(this.opened ? 'lost' : 'refused')
    this.again = setTimeout(() => {
      this.connect()
    }, this.retry)
    this.retry = Math.min(this.retry * 2, LONGEST_RETRY_MS)
  }
}

/** Address of the agent's WebSocket on the page's own host. */
export function deskUrl(where: { protocol: string; host: string }): string {
  return `${where.protocol === 'https:' ? 'wss' : 'ws'}://${where.host}/api/v1/desk`
}
