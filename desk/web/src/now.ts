/** The present, once a second, for every countdown on the page. */
import { readonly, ref } from 'vue'

const present = ref(Date.now())

setInterval(() => {
  present.value = Date.now()
}, 1000)

export const now = readonly(present)
