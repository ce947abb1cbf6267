// The page's side of the worker: questions out, answers in.

import { WalletFault } from "./fault";
import type { Answer, Call, Calls, WalletState } from "./protocol";

interface Waiting {
  readonly resolve: (gives: Calls[Call]["gives"]) => void;
  readonly reject: (fault: WalletFault) => void;
}

/** One worker and the questions that wait for it. */
export class Holder {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private last = 0;

  constructor(changed: (state: WalletState) => void) {
    this.worker = new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
      name: "wallet",
    });
    this.worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      if ("state" in data) changed(data.state);
      else this.settle(data);
    });
    this.worker.addEventListener("error", () => this.fail());
  }

  /** Asks the worker; rejects with a WalletFault. */
  ask<Name extends Call>(call: Name, takes: Calls[Name]["takes"]): Promise<Calls[Name]["gives"]> {
    const no = ++this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(no, { resolve: resolve as Waiting["resolve"], reject });
      this.worker.postMessage({ no, call, takes });
    });
  }

  /** Ends the worker, and with it the open key. */
  end(): void {
    this.worker.terminate();
  }

  private settle(answer: Exclude<Answer, { state: WalletState }>): void {
    const waiting = this.waiting.get(answer.no);
    this.waiting.delete(answer.no);
    if ("fault" in answer) waiting?.reject(new WalletFault(answer.fault, answer.detail));
    else waiting?.resolve(answer.gives);
  }

  private fail(): void {
    for (const { reject } of this.waiting.values()) reject(new WalletFault("storage", "worker"));
    this.waiting.clear();
  }
}
