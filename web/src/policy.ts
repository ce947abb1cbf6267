// The default policy of Trusted Types, made before anything else runs: a text becomes markup only
// when it stands on this list, and a worker or script only when it is a built file of ours.

const MARKUP: readonly string[] = [""];
const BUILT = /^\/(?:assets|src|node_modules|@)/;

interface Policies {
  createPolicy(
    name: string,
    rules: { createHTML(text: string): string; createScriptURL(text: string): string },
  ): unknown;
}

const policies = (window as unknown as { trustedTypes?: Policies }).trustedTypes;
policies?.createPolicy("default", {
  createHTML(text) {
    if (!MARKUP.includes(text)) throw new TypeError("no markup from texts");
    return text;
  },
  createScriptURL(text) {
    const address = new URL(text, location.href);
    if (address.origin !== location.origin || !BUILT.test(address.pathname)) {
      throw new TypeError(`no script from ${address.href}`);
    }
    return address.href;
  },
});
