// A new proposal: a decision in words, or operations that run by themselves once it is adopted.

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { Card } from "../../design/Card";
import { Choice, Field } from "../../design/Field";
import { HashField, isHash } from "../../design/HashField";
import type { Op } from "../../wallet/body";
import { OpList } from "../../wallet/OpSentence";
import { useLanguage } from "../../wallet/parts";
import { useSign } from "../../wallet/Signing";
import { fits } from "../../wallet/text";
import type { Track } from "./carried";
import { OpPicker } from "./OpPicker";
import styles from "./governance.module.css";

const TITLE_BYTES = 200;
const OPS_MOST = 16;
const TRACKS = ["public", "council"] as const;

export function Propose({ done }: { readonly done: () => void }): ReactElement {
  const { t } = useTranslation("governance");
  const language = useLanguage();
  const { sign } = useSign();
  const [track, setTrack] = useState<Track>("public");
  const [title, setTitle] = useState("");
  const [document, setDocument] = useState("");
  const [ops, setOps] = useState<readonly Op[]>([]);
  const isTitled = title.trim() !== "" && fits(title, TITLE_BYTES);
  const send = () =>
    void sign([
      { op: "governance.propose", track, title: title.trim(), document, ops: [...ops] },
    ]).then((outcome) => outcome.status === "applied" && done());
  return (
    <Card title={t("propose.title")}>
      <div className={styles["form"]}>
        <Choice
          label={t("column.track")}
          value={track}
          options={TRACKS.map((name) => [name, t(`track.${name}`)])}
          hint={t(`propose.${track}`)}
          onChoose={(value) => {
            setTrack(value as Track);
            setOps([]);
          }}
        />
        <Field
          label={t("propose.name")}
          value={title}
          maxLength={TITLE_BYTES}
          wrong={title === "" || isTitled ? null : t("propose.nameRule")}
          onChange={(event) => setTitle(event.target.value)}
        />
        <HashField
          label={t("propose.document")}
          value={document}
          onHash={setDocument}
          words={{
            hint: t("propose.documentWhy"),
            rule: t("propose.hashRule"),
            file: t("propose.file"),
            drop: t("propose.drop"),
          }}
        />
        {ops.length > 0 && (
          <>
            <OpList ops={ops} language={language} />
            <div>
              <Button small onClick={() => setOps(ops.slice(0, -1))}>
                {t("propose.removeLast")}
              </Button>
            </div>
          </>
        )}
        {ops.length < OPS_MOST && (
          <OpPicker key={track} track={track} add={(op) => setOps([...ops, op])} />
        )}
        {ops.length === 0 && <p className={styles["muted"]}>{t("propose.pure")}</p>}
        <div>
          <Button tone="primary" disabled={!isTitled || !isHash(document)} onClick={send}>
            {t("propose.send")}
          </Button>
        </div>
      </div>
    </Card>
  );
}
