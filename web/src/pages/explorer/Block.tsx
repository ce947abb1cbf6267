// One block: its header, who sealed it, and what it holds.

import { Link, useParams } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { useResource } from "../../data/useRead";
import { Card, Facts } from "../../design/Card";
import { TxLink } from "../../design/Reference";
import { Empty, Shown } from "../../design/States";
import { Time } from "../../design/Time";
import layout from "../../design/layout.module.css";

interface BlockFound {
  readonly hash: string;
  readonly height: number;
  readonly seal: string | null;
  readonly header: Readonly<Record<string, string | number | null>>;
  readonly transactions: readonly string[];
}

export function Block(): ReactElement {
  const { height } = useParams({ from: "/explorer/blocks/$height" });
  const { t } = useTranslation("explorer");
  const reading = useResource<BlockFound>(`/blocks/${encodeURIComponent(height)}`);
  return (
    <Page title={t("block.title", { height })} side={<Neighbours height={Number(height)} />}>
      <Shown reading={reading} rows={8}>
        {(block) => <Found block={block} />}
      </Shown>
    </Page>
  );
}

function Neighbours({ height }: { readonly height: number }): ReactElement {
  const { t } = useTranslation("explorer");
  return (
    <span className={layout["links"]}>
      {height > 1 && (
        <Link to="/explorer/blocks/$height" params={{ height: String(height - 1) }}>
          {t("block.before")}
        </Link>
      )}
      <Link to="/explorer/blocks/$height" params={{ height: String(height + 1) }}>
        {t("block.after")}
      </Link>
    </span>
  );
}

function Found({ block }: { readonly block: BlockFound }): ReactElement {
  const { t } = useTranslation("explorer");
  const { header } = block;
  const hashes = (["previous", "transactions", "receipts", "state", "maker"] as const).filter(
    (name) => header[name] !== null,
  );
  // Under CometBFT no key sealed it.
  const seal: [string, ReactElement][] =
    block.seal === null ? [] : [[t("block.seal"), <code key="seal">{block.seal}</code>]];
  return (
    <>
      <Card title={t("block.header")}>
        <Facts
          rows={[
            [t("block.hash"), <code key="hash">{block.hash}</code>],
            [t("block.time"), <Time key="time" time={Number(header["time"])} />],
            ...hashes.map((name): [string, ReactElement] => [
              t(`block.${name}`),
              <code key={name}>{header[name]}</code>,
            ]),
            ...seal,
            [
              t("block.raw"),
              <a key="raw" href={`/api/v1/blocks/${block.header["height"]}/raw`} download>
                {t("block.download")}
              </a>,
            ],
          ]}
        />
      </Card>
      <Card title={t("block.holds", { count: block.transactions.length })}>
        {block.transactions.length === 0 ? (
          <Empty>{t("block.empty")}</Empty>
        ) : (
          <ol>
            {block.transactions.map((id) => (
              <li key={id}>
                <TxLink id={id} />
              </li>
            ))}
          </ol>
        )}
      </Card>
    </>
  );
}
