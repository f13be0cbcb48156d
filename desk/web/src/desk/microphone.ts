/** Whether there is a microphone that this page may use, before any call needs it. */

const SENTENCES: Record<string, string> = {
  NotAllowedError: '浏览器没有允许使用麦克风。请点地址栏左侧的图标,允许麦克风后重新检查',
  NotFoundError: '没有找到麦克风。请插上耳麦后重新检查',
  OverconstrainedError: '上次选择的麦克风不在了。请重新选择',
  NotReadableError: '麦克风被其他程序占用。请关闭占用它的程序后重新检查',
}

/**
 * Open the microphone and let go of it.
 * @throws Error with a sentence that says what to do.
 */
export async function openMicrophone(deviceId: string): Promise<void> {
  if (!isSecureContext) throw new Error('只有 https 或本机地址才能使用麦克风。请换用 https 地址打开')
  try {
    const audio = deviceId === '' ? true : { deviceId: { ideal: deviceId } }
    const stream = await navigator.mediaDevices.getUserMedia({ audio })
    for (const track of stream.getTracks()) track.stop()
  } catch (error) {
    const name = error instanceof DOMException ? error.name : ''
    throw new Error(SENTENCES[name] ?? '麦克风打不开。请检查耳麦后重新检查')
  }
}
