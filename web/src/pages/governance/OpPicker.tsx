// An operation for a proposal: chosen by name, its fields typed, read back in words first.

import { type ReactElement, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../design/Button";
import { Choice, Field } from "../../design/Field";
import { type Field as Declared, OPS } from "../../ops/declared";
import { title } from "../../ops/sentences";
import { type Op, opMisfit } from "../../wallet/body";
import type { Json } from "../../wallet/json";
import { OpList } from "../../wallet/OpSentence";
import { useLanguage } from "../../wallet/parts";
import { decidable, first, type Track, typingOf, valueOf } from "./carried";
import styles from "./governance.module.css";

interface PickerFields {
  readonly track: Track;
  readonly add: (op: Op) => void;
}

export function OpPicker({ track, add }: PickerFields): ReactElement {
  const { t } = useTranslation("governance");
  const language = useLanguage();
  const [tag, choose] = useState("");
  const [typed, type] = useState<Readonly<Record<string, string>>>({});
  const fields = OPS[tag]?.fields ?? [];
  const op = tag === "" ? null : opOf(tag, fields, typed);
  const misfit = op === null ? null : opMisfit(op, "");
  const tags = decidable(track).map((one): [string, string] => [
    one,
    `${title(one, language)} · ${one}`,
  ]);
  const join = () => {
    if (op !== null) add(op);
    choose("");
    type({});
  };
  return (
    <div className={styles["picked"]}>
      <Choice
        label={t("propose.op")}
        value={tag}
        options={[["", t("propose.noOp")], ...tags]}
        onChoose={(value) => {
          choose(value);
          type({});
        }}
      />
      {fields.map((field) => (
        <OpField
          key={field.name}
          field={field}
          typed={typed[field.name]}
          change={(value) => type({ ...typed, [field.name]: value })}
        />
      ))}
      {tag !== "" &&
        (op !== null && misfit === null ? (
          <OpList ops={[op]} language={language} />
        ) : (
          <p className={styles["muted"]}>
            {t("propose.incomplete")} {misfit !== null && <code>{misfit}</code>}
          </p>
        ))}
      <div>
        <Button disabled={op === null || misfit !== null} onClick={join}>
          {t("propose.add")}
        </Button>
      </div>
    </div>
  );
}

/** The operation as it is typed; null while a field holds nothing that it could be. */
function opOf(
  tag: string,
  fields: readonly Declared[],
  typed: Readonly<Record<string, string>>,
): Op | null {
  const made: Record<string, Json> = {};
  for (const field of fields) {
    const typing = typingOf(field);
    const value = valueOf(typed[field.name] ?? first(typing), typing);
    if (value === undefined) return null;
    made[field.name] = value;
  }
  return { ...made, op: tag };
}

interface OpFieldFields {
  readonly field: Declared;
  readonly typed: string | undefined;
  readonly change: (value: string) => void;
}

function OpField({ field, typed, change }: OpFieldFields): ReactElement {
  const { t } = useTranslation("governance");
  const typing = typingOf(field);
  const value = typed ?? first(typing);
  if (typing.kind === "choice" || typing.kind === "flag") {
    const words = typing.kind === "flag" ? ["false", "true"] : typing.words;
    const none: [string, string][] = typing.isOptional ? [["", t("propose.absent")]] : [];
    return (
      <Choice
        label={field.name}
        value={value}
        options={[...none, ...words.map((word): [string, string] => [word, word])]}
        onChoose={change}
      />
    );
  }
  return (
    <Field
      label={field.name}
      hint={t(`propose.kind.${typing.unit}`)}
      type={typing.kind === "time" ? "datetime-local" : "text"}
      inputMode={typing.kind === "number" ? "numeric" : "text"}
      value={value}
      maxLength={16_384}
      onChange={(event) => change(event.target.value)}
    />
  );
}
