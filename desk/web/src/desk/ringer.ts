/** What calls the agent's attention: a tone, a notification of the browser, and the title of the tab. */
import { ringTone } from '../../../pages/shared/softphone.js'

const TRY_MS = 1500

export class Ringer {
  private readonly tone = ringTone()
  private note: Notification | null = null
  private title: string | null = null

  /** Ask for what a browser grants only after a click. */
  unlock(): void {
    if ('Notification' in globalThis && Notification.permission === 'default') void Notification.requestPermission()
  }

  start(headline: string, detail: string): void {
    this.stop()
    this.title = document.title
    document.title = `【来电】${headline}`
    void this.tone.start()
    if (document.hidden) this.notify(headline, detail)
  }

  stop(): void {
    this.tone.stop()
    this.note?.close()
    this.note = null
    if (this.title !== null) document.title = this.title
    this.title = null
  }

  /** Ring for a moment, to try the loudspeaker. */
  test(): void {
    if (this.title !== null) return
    void this.tone.start()
    setTimeout(() => {
      if (this.title === null) this.tone.stop()
    }, TRY_MS)
  }

  /** A notice that is no call, such as a promise that falls due. */
  notify(headline: string, detail: string): void {
    if (!('Notification' in globalThis) || Notification.permission !== 'granted') return
    this.note = new Notification(headline, { body: detail, tag: 'hotline' })
    this.note.onclick = () => {
      window.focus()
    }
  }
}
