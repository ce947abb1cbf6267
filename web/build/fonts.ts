// What the stylesheets of packages may bring of fonts.
//
// GraphiQL carries Roboto, Fira Code and an icon font as data: addresses, which the policy of our
// pages refuses: the fonts of the system take their place, and the icons come from Monaco, as a
// file. Noto Sans SC comes as WOFF beside WOFF2, which every browser that we serve reads.

import type { Plugin } from "vite";

const EMBEDDED_FONT = /@font-face\s*\{[^{}]*?url\(\s*["']?data:[^{}]*\}/g;
const OLDER_FORMAT = /,\s*url\([^)]*\.woff\)\s*format\(["']woff["']\)/g;

/** Returns a stylesheet without the fonts that it carries in itself, and without WOFF files. */
export function withoutSurplusFonts(css: string): string {
  return css.replace(EMBEDDED_FONT, "").replace(OLDER_FORMAT, "");
}

/** A step of the build: packages bring no font but WOFF2 files, and the icons of Monaco. */
export function leanFonts(): Plugin {
  return {
    name: "lean-fonts",
    enforce: "pre",
    transform: {
      filter: { id: /\/node_modules\/.*\.css$/ },
      handler: (css) => withoutSurplusFonts(css),
    },
  };
}
