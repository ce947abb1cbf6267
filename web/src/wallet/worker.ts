// The dedicated worker of a tab: it alone holds the open key, so a reload locks the wallet.

import { WalletFault } from "./fault";
import { Keyring } from "./keyring";
import type { Answer, Question } from "./protocol";
import * as shelf from "./store";

const post = (answer: Answer): void => self.postMessage(answer);
const keyring = new Keyring(shelf, (state) => post({ state }), self.location.origin);

self.addEventListener("message", ({ data }: MessageEvent<Question>) => {
  const { no, call, takes } = data;
  keyring.answer(call, takes).then(
    (gives) => post({ no, gives }),
    (error: unknown) => {
      const fault =
        error instanceof WalletFault ? error : new WalletFault("storage", String(error));
      post({ no, fault: fault.code, detail: fault.detail });
    },
  );
});
