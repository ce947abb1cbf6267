// The depth of the book, drawn.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Book } from "../../data/book";
import { Card } from "../../design/Card";
import { Depth } from "../../design/Depth";
import { Empty } from "../../design/States";
import { tonnes } from "../../units/prices";

interface DepthFields {
  readonly book: Book | null;
  readonly className?: string | undefined;
}

export function DepthCard({ book, className }: DepthFields): ReactElement {
  const { t } = useTranslation("market");
  const sum = (rows: readonly (readonly [number, number])[]) =>
    tonnes(rows.reduce((total, [, grams]) => total + grams, 0));
  return (
    <Card title={t("depth.title")} className={className}>
      {book === null ? (
        <Empty>{t("book.waiting")}</Empty>
      ) : (
        <Depth
          bids={book.bids}
          asks={book.asks}
          summary={t("depth.summary", { bids: sum(book.bids), asks: sum(book.asks) })}
        />
      )}
    </Card>
  );
}
