// Retirements added up by one thing; each sum leads to what it is made of.

import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { queryOf } from "../../data/query";
import { useResource } from "../../data/useRead";
import { Bar, Card } from "../../design/Card";
import { Choice } from "../../design/Field";
import { Shown } from "../../design/States";
import { Table } from "../../design/Table";
import { tonnes } from "../../units/prices";
import styles from "./carbon.module.css";
import { countryName } from "./names";
import type { SumRow } from "./shapes";

const BY = ["beneficiary", "project", "country", "year"] as const;
const SHOWN = 10;
const KILOGRAM = 1_000n;

interface SumsFields {
  readonly asked: Readonly<Record<string, string>>;
  readonly by: string;
  readonly onBy: (by: string) => void;
}

export function Sums({ asked, by, onBy }: SumsFields): ReactElement {
  const { t, i18n } = useTranslation("carbon");
  const chosen = BY.find((name) => name === by) ?? "project";
  const reading = useResource<{ readonly items: readonly SumRow[] }>(
    `/certificates/sums${queryOf({ ...asked, by: chosen })}`,
  );
  const text = (key: string) =>
    chosen === "country" ? countryName(key, i18n.language) : key;
  return (
    <Card
      title={t("sums.title")}
      side={
        <Choice
          label={t("sums.by")}
          value={chosen}
          options={BY.map((name) => [name, t(`certificates.by.${name}`)])}
          onChoose={onBy}
        />
      }
      bare
    >
      <Shown reading={reading} rows={4}>
        {({ items }) => (
          <>
            <Table
              caption={t("sums.title")}
              rows={items.slice(0, SHOWN)}
              rowKey={(row) => row.key ?? ""}
              columns={[
                {
                  name: "key",
                  title: t(`certificates.by.${chosen}`),
                  cell: (row) =>
                    row.key === null ? (
                      t("certificates.hidden")
                    ) : (
                      <Link
                        to="/certificates"
                        search={{ ...asked, by: chosen, [chosen]: row.key } as never}
                      >
                        {text(row.key)}
                      </Link>
                    ),
                },
                {
                  name: "count",
                  title: t("certificates.title"),
                  number: true,
                  cell: (row) => row.certificates,
                },
                {
                  name: "tonnes",
                  title: t("tonnes"),
                  number: true,
                  cell: (row) => tonnes(row.grams),
                },
                {
                  name: "share",
                  title: t("sums.share"),
                  cell: (row) => (
                    <Bar
                      label={t("sums.share")}
                      done={Number(BigInt(row.grams) / KILOGRAM)}
                      total={Number(BigInt(items[0]?.grams ?? row.grams) / KILOGRAM)}
                    />
                  ),
                },
              ]}
            />
            {items.length > SHOWN && (
              <p className={styles["when"]}>{t("sums.cut", { shown: SHOWN, all: items.length })}</p>
            )}
          </>
        )}
      </Shown>
    </Card>
  );
}
