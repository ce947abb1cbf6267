// One build of several documents. Each page is an entry of its own, so that what a page does not
// use (Monaco is most of the bundle) is never loaded by another one.

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { leanFonts } from "./build/fonts.ts";

const platform = process.env["CTN_PLATFORM"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  appType: "mpa",
  // What the bundle weighs is printed by the command that builds it, the workers included.
  logLevel: "warn",
  plugins: [react(), leanFonts()],
  build: {
    target: "es2023",
    // The policy of the pages admits files of our origin only, so nothing becomes a data: address.
    assetsInlineLimit: 0,
    // Browsers that run our target preload by themselves.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4096,
    reportCompressedSize: false,
    license: { fileName: "licenses.md" },
    manifest: "chunks.json",
    rolldownOptions: {
      // "use no memo" speaks to React's compiler, which has run already; here it is noise.
      onLog(level, log, write) {
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") write(level, log);
      },
      // The slices of the font lie apart, where the documents that the platform prints find them.
      output: {
        assetFileNames: ({ names }) =>
          names.some((name) => name.endsWith(".woff2"))
            ? "fonts/[name]-[hash][extname]"
            : "assets/[name]-[hash][extname]",
      },
      input: {
        app: "index.html",
        graphiql: "developer/graphiql.html",
        rest: "developer/rest.html",
      },
    },
  },
  worker: { format: "es" },
  server: {
    proxy: {
      "/graphql": { target: platform, ws: true },
      "/api": platform,
      "/openapi.json": platform,
    },
  },
  test: { include: ["src/**/*.test.ts", "build/**/*.test.ts"], environment: "node" },
});
