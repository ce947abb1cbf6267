// The stages of one request to sign: prepared, read, signed, and what became of it.

import { useCallback, useEffect, useState } from "react";
import { type Prepared, prepare } from "./preparing";
import type { RoomItem } from "./room";
import { useRoom } from "./RoomProvider";
import { type Outcome, putUp, send, sendGathered } from "./sending";
import type { Request } from "./Signing";
import { useWallet } from "./Wallet";

export type Stage =
  | { readonly at: "preparing" }
  | { readonly at: "elsewhere" }
  | { readonly at: "unprepared"; readonly error: unknown }
  | { readonly at: "reading"; readonly prepared: Prepared; readonly fault: unknown }
  | { readonly at: "signing"; readonly prepared: Prepared }
  | { readonly at: "sending" }
  | { readonly at: "done"; readonly outcome: Outcome };

export interface Stages {
  readonly stage: Stage;
  readonly canSign: boolean;
  begin(): Promise<void>;
  sign(prepared: Prepared, password: string | null): Promise<void>;
  /** Hands in what the room has gathered. */
  submit(item: RoomItem): Promise<void>;
}

interface Asked {
  readonly request: Request;
  readonly claim: () => Promise<boolean>;
  readonly became: (outcome: Outcome) => void;
}

/** Leads a request through its stages. */
export function useStages({ request, claim, became }: Asked): Stages {
  const wallet = useWallet();
  const room = useRoom();
  const { account, key, kind, locked } = wallet;
  const [stage, setStage] = useState<Stage>({ at: "preparing" });
  const canSign = (kind === "vault" || kind === "seat") && !locked;

  const end = useCallback(
    (outcome: Outcome) => {
      setStage({ at: "done", outcome });
      became(outcome);
    },
    [became],
  );

  const submit = useCallback(
    async (item: RoomItem) => {
      setStage({ at: "sending" });
      try {
        end(await sendGathered(room, item));
      } catch (error) {
        setStage({ at: "unprepared", error });
      }
    },
    [room, end],
  );

  const begin = useCallback(async () => {
    if (account === null || key === null) return;
    if ("send" in request) return submit(request.send);
    setStage({ at: "preparing" });
    // A body that is written already takes no new sequence.
    if ("ops" in request && !(await claim())) return setStage({ at: "elsewhere" });
    try {
      const prepared = await prepare({ account, key, room }, request);
      setStage({ at: "reading", prepared, fault: null });
    } catch (error) {
      setStage({ at: "unprepared", error });
    }
  }, [account, key, room, claim, request, submit]);

  useEffect(() => {
    if (canSign) void begin();
  }, [canSign, begin]);

  const sign = async (prepared: Prepared, password: string | null) => {
    setStage({ at: "signing", prepared });
    const { body, goesToRoom } = prepared;
    try {
      const { envelope, id } = await wallet.sign(body.text, password);
      end(goesToRoom ? await putUp(room, envelope) : await send(sentOf(prepared, id, envelope)));
    } catch (error) {
      setStage({ at: "reading", prepared, fault: error });
    }
  };
  return { stage, canSign, begin, sign, submit };
}

function sentOf({ body }: Prepared, id: string, envelope: string) {
  return {
    id,
    envelope,
    account: body.sender,
    body: body.text,
    at: Date.now(),
    status: "sent",
    height: null,
    refusal: null,
  } as const;
}
