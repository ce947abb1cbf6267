// What one builds on: the doors, a first request in three languages, and where the contracts stand.

import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../app/Page";
import { Card, Facts } from "../../design/Card";
import { Tabs } from "../../design/Tabs";
import layout from "../../design/layout.module.css";

const DOORS = [
  ["/graphiql", "graphiql"],
  ["/developer/rest", "rest"],
  ["/openapi.json", "openapi"],
  ["/api/v1/ops", "ops"],
  ["/api/v1/refusals", "refusals"],
  ["/api/v1/status", "status"],
] as const;

const PYTHON = `from ctn.client.http import Client

with Client("${"$"}{origin}") as client:
    print(client.status()["height"])
    for row in client.records("instrument"):
        print(row.id)`;
const CURL = `curl -s ${"$"}{origin}/graphql -H 'content-type: application/json' \\
  -d '{"query":"{chain{height} tickers(first:5){nodes{instrumentId lastPrice}}}"}'`;
const COMMAND = `ctn query --help
ctn op market.place_order --help
ctn registry import FILE --dry-run`;

export function Developer(): ReactElement {
  const { t } = useTranslation("developer");
  const snippet = (text: string) => (
    <pre className={layout["code"]} tabIndex={0}>
      {text.replaceAll("${origin}", location.origin)}
    </pre>
  );
  return (
    <Page title={t("developer.title")} lead={t("developer.lead")}>
      <div className={layout["two"]}>
        <Card title={t("developer.doors")}>
          <Facts
            rows={DOORS.map(([path, name]) => [
              t(`door.${name}`),
              <a key={path} href={path}>
                {path}
              </a>,
            ])}
          />
        </Card>
        <Card title={t("developer.first")} bare>
          <Tabs
            label={t("developer.first")}
            tabs={[
              { id: "curl", title: "curl", content: snippet(CURL) },
              { id: "python", title: "Python", content: snippet(PYTHON) },
              { id: "command", title: "ctn", content: snippet(COMMAND) },
            ]}
          />
        </Card>
      </div>
    </Page>
  );
}
