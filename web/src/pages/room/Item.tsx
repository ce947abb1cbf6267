// One body that waits: what it does by its own text, who has signed, and what can be done now.

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { Badge, Bar, Facts } from "../../design/Card";
import { short } from "../../design/Reference";
import { Table } from "../../design/Table";
import { Time } from "../../design/Time";
import { timeText } from "../../ops/forms";
import { describe } from "../../ops/sentences";
import type { Body } from "../../wallet/body";
import { WalletFault } from "../../wallet/fault";
import { OpList } from "../../wallet/OpSentence";
import { NoteOfFault, useLanguage } from "../../wallet/parts";
import { bodyOf, isNext, type RoomItem, type RoomSigner } from "../../wallet/room";
import { useRoom } from "../../wallet/RoomProvider";
import { useSign } from "../../wallet/Signing";
import { signerId } from "../../wallet/signers";
import styles from "./room.module.css";

const BLOCK_MS = 200n;

interface ItemFields {
  readonly item: RoomItem;
  /** The time of the block that the room was read at, in ms. */
  readonly time: number;
  readonly signingKey: string;
  readonly again: () => void;
}

export function Item(fields: ItemFields): ReactElement {
  const { t } = useTranslation("room");
  const language = useLanguage();
  const { item } = fields;
  const body = readable(item);
  const isTold = body !== null && body.ops.every((op) => describe(op, language) !== null);
  return (
    <article className={styles["item"]}>
      {body === null ? (
        <p role="alert">{t("item.unreadable")}</p>
      ) : (
        <OpList ops={body.ops} language={language} />
      )}
      {body !== null && !isTold && <p role="alert">{t("item.unknown")}</p>}
      {body !== null && body.memo !== "" && (
        <p className={styles["muted"]}>{t("item.memo", { memo: body.memo })}</p>
      )}
      <div className={styles["sides"]}>
        <div className={styles["stack"]}>
          <Progress item={item} />
          <Signed item={item} signingKey={fields.signingKey} />
        </div>
        <Terms item={item} time={fields.time} />
      </div>
      <Ways {...fields} isTold={isTold} />
    </article>
  );
}

/** The body by its text; null when this page cannot read it, so that nobody signs it here. */
function readable(item: RoomItem): Body | null {
  try {
    return bodyOf(item);
  } catch (error) {
    if (error instanceof WalletFault) return null;
    throw error;
  }
}

function Progress({ item }: { readonly item: RoomItem }): ReactElement {
  const { t } = useTranslation("room");
  const { weight, needed, approvers, approversNeeded, isReady } = item;
  return (
    <div className={styles["progress"]}>
      <Bar label={t("item.weight")} done={Math.min(weight, needed)} total={Math.max(needed, 1)} />
      <p>
        <b data-weight={`${weight}/${needed}`}>{t("item.weightOf", { weight, needed })}</b>{" "}
        {approversNeeded > 1 && t("item.approversOf", { approvers, approversNeeded })}{" "}
        <Badge tone={isReady ? "good" : "attention"}>
          {t(isReady ? "item.ready" : "item.missing")}
        </Badge>
      </p>
    </div>
  );
}

interface SignedFields {
  readonly item: RoomItem;
  readonly signingKey: string;
}

function Signed({ item, signingKey }: SignedFields): ReactElement {
  const { t } = useTranslation("room");
  const state = ({ isSigned, doesCount }: RoomSigner) =>
    !doesCount ? "item.uncounted" : isSigned ? "item.signed" : "item.unsigned";
  return (
    <Table
      caption={t("item.signers")}
      rows={item.signers}
      rowKey={signerId}
      columns={[
        {
          name: "key",
          title: t("item.key"),
          cell: (row) => (
            <>
              <code title={row.key}>{short(row.key)}</code>{" "}
              {row.key === signingKey && <Badge>{t("item.you")}</Badge>}
            </>
          ),
        },
        { name: "weight", title: t("item.weight"), number: true, cell: (row) => row.weight },
        {
          name: "state",
          title: t("item.state"),
          cell: (row) => (
            <span className={styles[row.isSigned ? "signed" : "muted"]}>{t(state(row))}</span>
          ),
        },
      ]}
    />
  );
}

function Terms({ item, time }: Pick<ItemFields, "item" | "time">): ReactElement {
  const { t } = useTranslation("room");
  const language = useLanguage();
  const { sequence, nextSequence, expires, height } = item;
  const ends = BigInt(time) + (expires - height) * BLOCK_MS;
  const by = item.putUpBy.slice(item.putUpBy.indexOf("-") + 1);
  return (
    <Facts
      rows={[
        [
          t("item.order"),
          isNext(item)
            ? t("item.next")
            : t("item.behind", { number: (sequence - nextSequence).toString() }),
        ],
        [
          t("item.expires"),
          t("item.expiresAt", { height: expires.toString(), time: timeText(ends, language) }),
        ],
        [
          t("item.put"),
          <>
            <code title={by}>{short(by)}</code> <Time time={item.created} />
          </>,
        ],
        [t("item.id"), <code key="id">{item.id}</code>],
      ]}
    />
  );
}

function Ways({
  item,
  signingKey,
  again,
  isTold,
}: ItemFields & { readonly isTold: boolean }): ReactElement {
  const { t } = useTranslation("room");
  const { signItem, sendItem } = useSign();
  const room = useRoom();
  const [error, fail] = useState<unknown>(null);
  const own = item.signers.find(({ key }) => key === signingKey);
  const withdraw = () => {
    fail(null);
    room.withdraw(item.id).then(again, fail);
  };
  return (
    <div className={styles["row"]}>
      {own?.isSigned !== true && (
        <Button
          tone="primary"
          disabled={!isTold || own === undefined}
          onClick={() => void signItem(item).then(again)}
        >
          {t("item.sign")}
        </Button>
      )}
      {item.isReady && (
        <Button
          {...(own?.isSigned ? { tone: "primary" as const } : {})}
          disabled={!isTold || !isNext(item)}
          onClick={() => void sendItem(item).then(again)}
        >
          {t("item.send")}
        </Button>
      )}
      {item.putUpBy.endsWith(`-${signingKey}`) && (
        <Button onClick={withdraw}>{t("item.withdraw")}</Button>
      )}
      {error !== null && <NoteOfFault error={error} />}
    </div>
  );
}
