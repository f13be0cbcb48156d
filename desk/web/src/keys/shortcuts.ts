/** Keys of the desk. F-keys and Alt work while a text field has the focus; nothing here shadows typing. */

export type Action =
  | 'accept'
  | 'decline'
  | 'hold'
  | 'mute'
  | 'keys'
  | 'consult'
  | 'transfer'
  | 'confer'
  | 'hangup'
  | 'to_bot'
  | 'idle'
  | 'busy'
  | 'wrapup'
  | 'help'

/** Code of the key (layout-independent) and whether Alt is held; `hint` is what the buttons show. */
export interface Shortcut {
  action: Action
  code: string
  alt: boolean
  hint: string
  label: string
}

export const SHORTCUTS: readonly Shortcut[] = [
  { action: 'accept', code: 'F2', alt: false, hint: 'F2', label: '接听' },
  { action: 'decline', code: 'F4', alt: false, hint: 'F4', label: '拒接' },
  { action: 'hold', code: 'F8', alt: false, hint: 'F8', label: '保持 / 取回' },
  { action: 'mute', code: 'F9', alt: false, hint: 'F9', label: '静音 / 取消' },
  { action: 'keys', code: 'KeyK', alt: true, hint: 'Alt+K', label: '按键盘' },
  { action: 'consult', code: 'KeyC', alt: true, hint: 'Alt+C', label: '咨询' },
  { action: 'confer', code: 'KeyJ', alt: true, hint: 'Alt+J', label: '三方' },
  { action: 'transfer', code: 'KeyT', alt: true, hint: 'Alt+T', label: '转接' },
  { action: 'to_bot', code: 'KeyB', alt: true, hint: 'Alt+B', label: '转回机器人' },
  { action: 'hangup', code: 'KeyX', alt: true, hint: 'Alt+X', label: '挂机' },
  { action: 'idle', code: 'KeyA', alt: true, hint: 'Alt+A', label: '示闲' },
  { action: 'busy', code: 'KeyZ', alt: true, hint: 'Alt+Z', label: '示忙' },
  { action: 'wrapup', code: 'KeyS', alt: true, hint: 'Alt+S', label: '提交小结' },
  { action: 'help', code: 'KeyH', alt: true, hint: 'Alt+H', label: '快捷键' },
]

export interface Pressed {
  code: string
  altKey: boolean
  ctrlKey: boolean
  metaKey: boolean
  shiftKey: boolean
  repeat: boolean
}

/** The action of a key press, or null; a held key acts once. */
export function actionOf(pressed: Pressed): Action | null {
  if (pressed.repeat || pressed.ctrlKey || pressed.metaKey || pressed.shiftKey) return null
  return SHORTCUTS.find((one) => one.code === pressed.code && one.alt === pressed.altKey)?.action ?? null
}

export const hintOf = (action: Action): string => SHORTCUTS.find((one) => one.action === action)?.hint ?? ''
