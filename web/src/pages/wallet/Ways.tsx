// The ways in and out of an account: receive, send, deposit, withdraw.

import { Button } from "../../design/Button";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Card } from "../../design/Card";
import { Choice } from "../../design/Field";
import { amountText, assetClass, baseUnits, MONEY } from "../../ops/amounts";
import { isAddress } from "../../wallet/address";
import type { Op } from "../../wallet/body";
import { post } from "../../wallet/door";
import { NoteOfFault } from "../../wallet/parts";
import { useSign } from "../../wallet/Signing";
import { Entry } from "./Entry";
import { type Portfolio } from "./holdings";
import { QrCode } from "./QrCode";
import { partsOf } from "./retirement";
import styles from "./wallet.module.css";

const SALT_BYTES = 16;
const WAYS = ["receive", "send", "deposit", "withdraw"] as const;

interface Props {
  readonly account: string;
  readonly whole: Portfolio;
  readonly open: string | null;
  readonly setOpen: (way: string | null) => void;
  readonly done: () => void;
}

/** Four buttons, and the form of the one that is pressed. */
export function Ways({ account, whole, open, setOpen, done }: Props) {
  const { t } = useTranslation("wallet");
  const { sign } = useSign();
  const order = (op: Op) => {
    void sign([op]).then(({ status }) => {
      if (status === "applied") setOpen(null);
      done();
    });
  };
  const forms: Record<string, ReactNode> = {
    receive: <Receive account={account} />,
    send: <Send whole={whole} order={order} />,
    deposit: <Deposit account={account} whole={whole} order={order} done={done} />,
    withdraw: <Withdraw whole={whole} order={order} />,
  };
  return (
    <>
      <div className={styles["bar"]}>
        {WAYS.map((way) => (
          <Button
            key={way}
            aria-expanded={open === way}
            onClick={() => setOpen(open === way ? null : way)}
          >
            {t(`ways.${way}`)}
          </Button>
        ))}
      </div>
      {open !== null && (
        <Card title={t(`ways.${open}`)}>
          <div className={styles["form"]}>{forms[open]}</div>
        </Card>
      )}
    </>
  );
}

function Receive({ account }: { readonly account: string }) {
  const { t } = useTranslation("wallet");
  return (
    <>
      <p>{t("ways.receiveWhy")}</p>
      <QrCode text={account} label={account} />
      <p>
        <code>{account}</code>
      </p>
      <Button onClick={() => void navigator.clipboard.writeText(account)}>{t("ways.copy")}</Button>
    </>
  );
}

interface OrderProps {
  readonly whole: Portfolio;
  readonly order: (op: Op) => void;
}

function Send({ whole, order }: OrderProps) {
  const { t } = useTranslation("wallet");
  const [asset, setAsset] = useState(whole.holdings[0]?.asset ?? "cny");
  const [amount, setAmount] = useState("");
  const [to, setTo] = useState("");
  const free = whole.holdings.find((one) => one.asset === asset)?.free ?? 0n;
  const units = baseUnits(amount, assetClass(asset)?.digits ?? 0);
  const isFit = units !== null && units > 0n && units <= free;
  return (
    <>
      <Choice
        label={t("portfolio.asset")}
        value={asset}
        onChoose={setAsset}
        options={named(whole.holdings.map((one) => one.asset))}
      />
      <Entry
        label={t("ways.amount")}
        value={amount}
        change={setAmount}
        hint={t("ways.have", { amount: amountText(free, asset) })}
        isBad={amount !== "" && !isFit}
      />
      <Entry
        label={t("ways.to")}
        value={to}
        change={setTo}
        isBad={to !== "" && !isAddress(to.trim())}
      />
      <Button
        tone="primary"
        disabled={!isFit || !isAddress(to.trim())}
        onClick={() => order({ op: "assets.transfer", asset, amount: units ?? 0n, to: to.trim() })}
      >
        {t("ways.send")}
      </Button>
    </>
  );
}

interface DepositProps extends OrderProps {
  readonly account: string;
  readonly done: () => void;
}

function Deposit({ account, whole, order, done }: DepositProps) {
  const { t } = useTranslation("wallet");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const batches = [...new Set(whole.held.map(({ batch }) => batch))];
  const ask = () => {
    setBusy(true);
    setError(null);
    post("/faucet", { account })
      .then(done, setError)
      .finally(() => setBusy(false));
  };
  return (
    <>
      <p>{t("ways.depositMoney")}</p>
      <Button disabled={isBusy} aria-busy={isBusy} onClick={ask}>
        {t("ways.faucet")}
      </Button>
      {error !== null && <NoteOfFault error={error} />}
      {batches.length > 0 && <DepositSerials batches={batches} whole={whole} order={order} />}
    </>
  );
}

interface SerialsProps extends OrderProps {
  readonly batches: readonly string[];
}

function DepositSerials({ batches, whole, order }: SerialsProps) {
  const { t } = useTranslation("wallet");
  const [batch, setBatch] = useState(batches[0] ?? "");
  const [tonnes, setTonnes] = useState("");
  const held = whole.held.filter((one) => one.batch === batch);
  const count = baseUnits(tonnes, 0);
  const parts =
    count === null
      ? null
      : partsOf(
          held.map(({ first, last }) => [first, last]),
          count,
        );
  return (
    <>
      <p>{t("ways.depositSerials")}</p>
      <Choice
        label={t("retire.batch")}
        value={batch}
        onChoose={setBatch}
        options={named(batches)}
      />
      <Entry
        label={t("ways.tonnes")}
        value={tonnes}
        change={setTonnes}
        isBad={tonnes !== "" && parts === null}
      />
      <Button
        tone="primary"
        disabled={parts === null}
        onClick={() => order({ op: "registry.deposit", batch, parts: parts ?? [] })}
      >
        {t("ways.deposit")}
      </Button>
    </>
  );
}

function Withdraw({ whole, order }: OrderProps) {
  const { t } = useTranslation("wallet");
  const usable = whole.holdings.filter(({ free }) => free > 0n).map(({ asset }) => asset);
  const [asset, setAsset] = useState(usable[0] ?? "cny");
  const [amount, setAmount] = useState("");
  const [payee, setPayee] = useState("");
  const [salt] = useState(() => bytesToHex(crypto.getRandomValues(new Uint8Array(SALT_BYTES))));
  const isMoney = MONEY.includes(asset);
  const units = baseUnits(amount, isMoney ? 4 : 0);
  const isFit = units !== null && units > 0n && (!isMoney || payee.trim() !== "");
  const op = (): Op =>
    isMoney
      ? {
          op: "assets.request_redemption",
          asset,
          amount: units ?? 0n,
          payee_hash: hashOf(salt, payee),
        }
      : { op: "registry.withdraw", batch: asset, tonnes: units ?? 0n };
  return (
    <>
      <p>{t(isMoney ? "ways.withdrawMoney" : "ways.withdrawSerials")}</p>
      <Choice
        label={t("portfolio.asset")}
        value={asset}
        onChoose={setAsset}
        options={named(usable)}
      />
      <Entry
        label={t(isMoney ? "ways.amount" : "ways.tonnes")}
        value={amount}
        change={setAmount}
        isBad={amount !== "" && units === null}
      />
      {isMoney && (
        <Entry label={t("ways.payee")} value={payee} change={setPayee} hint={t("ways.payeeWhy")} />
      )}
      {isMoney && (
        <p>
          {t("ways.salt")} <code>{salt}</code>
        </p>
      )}
      <Button tone="primary" disabled={!isFit} onClick={() => order(op())}>
        {t("ways.withdraw")}
      </Button>
    </>
  );
}

/** The ledger learns a salted hash; salt and payee go to the payment institution. */
function hashOf(salt: string, payee: string): string {
  return bytesToHex(sha256(concatBytes(hexToBytes(salt), utf8ToBytes(payee.trim()))));
}

/** Ids as options that say themselves. */
export function named(ids: readonly string[]): [string, string][] {
  return ids.map((id) => [id, id]);
}
