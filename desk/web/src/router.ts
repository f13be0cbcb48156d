/** Addresses of the desk. `/embed/desk` is the same page in a frame, without the surroundings. */
import { createRouter, createWebHistory } from 'vue-router'
import type { Role } from './api/types'
import { restore } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Roles that may open the page; none means anybody who is signed in, `open` anybody at all. */
    roles?: Role[]
    open?: boolean
    title: string
  }
}

export const framed = location.pathname.startsWith('/embed/')

export const router = createRouter({
  history: createWebHistory('/'),
  routes: [
    { path: '/desk/login', component: () => import('./pages/LoginPage.vue'), meta: { open: true, title: '登录' } },
    { path: '/desk', component: () => import('./pages/WorkbenchPage.vue'), meta: { title: '坐席工作台' } },
    { path: '/desk/calls', component: () => import('./pages/CallsPage.vue'), meta: { title: '通话记录' } },
    { path: '/desk/calls/:id', component: () => import('./pages/CallPage.vue'), meta: { title: '通话回放' } },
    {
      path: '/desk/wall',
      component: () => import('./pages/WallPage.vue'),
      meta: { title: '班长台', roles: ['supervisor', 'admin'] },
    },
    {
      path: '/desk/admin',
      component: () => import('./pages/AdminPage.vue'),
      meta: { title: '账号与对接', roles: ['admin'] },
    },
    { path: '/embed/desk', component: () => import('./pages/EmbedPage.vue'), meta: { open: true, title: '坐席组件' } },
    { path: '/:rest(.*)*', redirect: '/desk' },
  ],
})

router.beforeEach(async (to) => {
  const account = await restore().catch(() => null)
  if (to.meta.open === true) return true
  if (account === null || account.must_change) return { path: '/desk/login', query: { next: to.fullPath } }
  if (to.meta.roles !== undefined && !to.meta.roles.includes(account.role)) return { path: '/desk' }
  return true
})

router.afterEach((to) => {
  document.title = `${to.meta.title} · 快递客服`
})

/** Where to go after signing in; only ever a page of ours. */
export function nextPage(next: unknown): string {
  return typeof next === 'string' && /^\/desk(?:[/?#]|$)/u.test(next) ? next : '/desk'
}
