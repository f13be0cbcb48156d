import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// One page serves /desk and /embed/desk, so assets carry an absolute address.
export default defineConfig({
  base: '/desk/',
  plugins: [vue()],
  build: { target: 'es2022', chunkSizeWarningLimit: 900, reportCompressedSize: false },
  server: {
    proxy: {
      '/api': { target: process.env['HOTLINE_URL'] ?? 'http://127.0.0.1:8080', ws: true },
    },
    fs: { allow: ['..'] },
  },
})
